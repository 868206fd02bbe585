// Makes logs for the bench of reconcile: what a recorder of a busy Elasticsearch sees, with answers
// that it missed and, if asked, whole exchanges. An index is simulated, with shards, versions and
// numbers as the real one gives them, so that the log holds together and reconcile must work for
// its verdicts. Written through the log's writer directly: a capture of that size would not fit.

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/routing/index_routing.h"
#include "store/writer/log_writer.h"

namespace trafrec::bench {
namespace {

constexpr uint32_t kShards = 5;
constexpr size_t kClients = 48;
constexpr int kItems = 60;  ///< of a bulk, more or less
/// A by-query request finds the documents of one customer.
constexpr uint64_t kDocumentsEach = 20;
constexpr TimeNs kBegin = 1'700'000'000 * kNsPerSecond;
constexpr TimeNs kUntilRunNs = 1 * kNsPerMs;
/// Longer than a request may take that nobody answered, so that all have run.
constexpr TimeNs kCalmNs = 5 * kNsPerSecond;

struct Shape {
  uint64_t mutations = 0;
  uint64_t seed = 1;
  uint64_t open_ppm = 0;   ///< requests whose answer is not seen
  uint64_t lost_ppm = 0;   ///< exchanges of which nothing is seen
  uint64_t calm_each = 0;  ///< after so many mutations all clients rest; 0: never
};

struct Stored {
  uint32_t version = 0;
  int64_t seq_no = -1;
  bool present = false;
};

/// One request and what came of it.
struct Exchange {
  const char* method = "POST";
  std::string target{};
  std::string body{};
  std::string answer{};
  uint16_t status = 200;
};

class LogMaker {
 public:
  LogMaker(store::LogWriter& writer, const Shape& shape)
      : writer_(writer),
        shape_(shape),
        random_(shape.seed),
        documents_(std::max<uint64_t>(1'000, shape.mutations / 5)),
        clients_(kClients),
        routing_(reconcile::IndexRouting{.shards = kShards, .routing_shards = kShards * 128}) {}

  TimeNs Make() {
    for (Client& client : clients_) {
      Connect(client);
    }
    Put({"GET", "/", "",
         R"({"name":"n","cluster_name":"c","cluster_uuid":"bench-cluster","version":)"
         R"({"number":"7.10.2","build_flavor":"oss"},"tagline":"You Know, for Search"})"},
        true);
    Put({"PUT", "/orders",
         R"({"settings":{"number_of_shards":5,"number_of_replicas":0},"mappings":{"dynamic":false,)"
         R"("properties":{"customer":{"type":"keyword"},"status":{"type":"keyword"},)"
         R"("note":{"type":"text"},"amount":{"type":"integer"}}}})",
         R"({"acknowledged":true,"shards_acknowledged":true,"index":"orders"})"},
        true);
    now_ += kNsPerSecond;
    while (made_ < shape_.mutations) {
      open_ = Below(1'000'000) < shape_.open_ppm;
      runs_ = !open_ || Below(2) == 0;
      const uint64_t roll = Below(1'000);
      Exchange exchange = roll < 600   ? Bulk()
                          : roll < 850 ? Single()
                          : roll < 998 ? Read()
                                       : ByQuery();
      Put(std::move(exchange), false);
      if (shape_.calm_each > 0 && made_ / shape_.calm_each > calms_) {
        calms_ = made_ / shape_.calm_each;
        now_ += kCalmNs;
      }
    }
    return now_ + kNsPerSecond;
  }

  uint64_t made() const { return made_; }

 private:
  struct Client {
    store::ConnectionRecord connection{};
    uint64_t sent = 0;
    uint64_t received = 0;
    TimeNs free_at = 0;
  };

  uint64_t Below(uint64_t bound) { return random_() % bound; }
  std::string IdOf(uint64_t document) const { return fmt::format("order-{:08x}", document); }
  std::string CustomerOf(uint64_t document) const {
    return fmt::format("c{:06x}", document / kDocumentsEach);
  }

  std::string SourceOf(uint64_t document) {
    static constexpr const char* kStates[] = {"open", "paid", "packed", "sent", "returned"};
    return fmt::format(
        R"({{"customer":"{}","status":"{}","amount":{},"note":"{:016x} {:016x} as it was ordered",)"
        R"("placed":"2026-11-{:02}T10:{:02}:00Z","lines":{}}})",
        CustomerOf(document), kStates[Below(std::size(kStates))], Below(900), random_(), random_(),
        1 + Below(28), Below(60), 1 + Below(9));
  }

  /// The answer's words for one operation, carried out.
  std::string Write(uint64_t document, bool deletes, uint16_t& status) {
    if (!runs_) {
      return "";
    }
    Stored& stored = documents_[document];
    const uint32_t shard = *reconcile::ShardOf(routing_, IdOf(document), "");
    const char* result = deletes ? (stored.present ? "deleted" : "not_found")
                                 : (stored.present ? "updated" : "created");
    status = deletes && !stored.present ? 404 : !deletes && !stored.present ? 201 : 200;
    stored.present = !deletes;
    ++stored.version;
    stored.seq_no = next_[shard]++;
    return fmt::format(
        R"("_index":"orders","_type":"_doc","_id":"{}","_version":{},"result":"{}","_shards":)"
        R"({{"total":1,"successful":1,"failed":0}},"_seq_no":{},"_primary_term":1)",
        IdOf(document), stored.version, result, stored.seq_no);
  }

  Exchange Bulk() {
    Exchange exchange{.target = "/_bulk"};
    const uint64_t items = kItems / 2 + Below(kItems);
    exchange.answer = R"({"took":7,"errors":false,"items":[)";
    for (uint64_t i = 0; i < items; ++i) {
      const uint64_t document = Below(documents_.size());
      const uint64_t roll = Below(100);
      const bool updates = roll >= 75 && roll < 95 && documents_[document].present;
      const bool deletes = roll >= 95;
      const char* action = deletes ? "delete" : updates ? "update" : "index";
      exchange.body += fmt::format("{{\"{}\":{{\"_index\":\"orders\",\"_id\":\"{}\"}}}}\n", action,
                                   IdOf(document));
      if (updates) {
        exchange.body += fmt::format("{{\"doc\":{}}}\n", SourceOf(document));
      } else if (!deletes) {
        exchange.body += SourceOf(document) + "\n";
      }
      uint16_t status = 0;
      const std::string said = Write(document, deletes, status);
      exchange.answer +=
          fmt::format("{}{{\"{}\":{{{},\"status\":{}}}}}", i == 0 ? "" : ",", action, said, status);
    }
    exchange.answer += "]}";
    made_ += items;
    return exchange;
  }

  Exchange Single() {
    const uint64_t document = Below(documents_.size());
    Exchange exchange{.method = "PUT", .target = "/orders/_doc/" + IdOf(document)};
    exchange.body = SourceOf(document);
    exchange.answer = fmt::format("{{{}}}", Write(document, false, exchange.status));
    ++made_;
    return exchange;
  }

  Exchange Read() {
    const uint64_t document = Below(documents_.size());
    const Stored& stored = documents_[document];
    Exchange exchange{.method = "GET",
                      .target = "/orders/_doc/" + IdOf(document) + "?_source=false"};
    exchange.status = stored.present ? 200 : 404;
    exchange.answer =
        stored.present
            ? fmt::format(R"({{"_index":"orders","_type":"_doc","_id":"{}","_version":{},)"
                          R"("_seq_no":{},"_primary_term":1,"found":true}})",
                          IdOf(document), stored.version, stored.seq_no)
            : fmt::format(R"({{"_index":"orders","_type":"_doc","_id":"{}","found":false}})",
                          IdOf(document));
    return exchange;
  }

  Exchange ByQuery() {
    const uint64_t first = Below(documents_.size() / kDocumentsEach) * kDocumentsEach;
    Exchange exchange{.target = "/orders/_update_by_query?conflicts=proceed"};
    exchange.body = fmt::format(
        R"({{"query":{{"term":{{"customer":"{}"}}}},"script":{{"source":"ctx._source.lines += 1"}}}})",
        CustomerOf(first));
    uint64_t updated = 0;
    for (uint64_t document = first; document < first + kDocumentsEach; ++document) {
      if (documents_[document].present) {
        uint16_t status = 0;
        Write(document, false, status);
        ++updated;
      }
    }
    exchange.answer = fmt::format(
        R"({{"took":9,"timed_out":false,"total":{0},"updated":{0},"deleted":0,"batches":1,)"
        R"("version_conflicts":0,"noops":0,"retries":{{"bulk":0,"search":0}},"throttled_millis":0,)"
        R"("requests_per_second":-1.0,"throttled_until_millis":0,"failures":[]}})",
        updated);
    ++made_;
    return exchange;
  }

  void Connect(Client& client) {
    client = {.free_at = client.free_at};
    client.connection.number = ++connections_;
    client.connection.client_isn = client.connection.server_isn = 0;
    client.connection.opened_at = now_;
    client.connection.closed_at = now_;
    writer_.PutConnection(client.connection);
  }

  Client& NextClient() {
    const auto first = std::ranges::min_element(clients_, {}, &Client::free_at);
    now_ = std::max(now_ + static_cast<TimeNs>(50'000 + Below(200'000)), first->free_at);
    return *first;
  }

  void Put(Exchange exchange, bool surely) {
    Client& client = NextClient();
    const TimeNs answered = now_ + kUntilRunNs + static_cast<TimeNs>(Below(8) * kNsPerMs);
    client.free_at = answered + 1;
    const std::string request = fmt::format(
        "{} {} HTTP/1.1\r\nHost: es:9200\r\nContent-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n",
        exchange.method, exchange.target, exchange.body.size());
    const std::string answer =
        fmt::format("HTTP/1.1 {} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    exchange.status, exchange.answer.size());
    const bool lost = !surely && Below(1'000'000) < shape_.lost_ppm;
    if (!lost) {
      ++number_;
      writer_.PutMessage(
          Message(store::Side::kClient, client, now_, client.sent, request, exchange.body));
      if (!open_) {
        store::MessageRecord message = Message(store::Side::kServer, client, answered,
                                               client.received, answer, exchange.answer);
        message.facts.status = exchange.status;
        writer_.PutMessage(message);
      }
      writer_.PutExchange(RecordOf(exchange, client, !open_, answered));
      writer_.Advance({number_ + 1, now_, now_}, now_);
    }
    client.sent += request.size() + exchange.body.size();
    client.received += answer.size() + exchange.answer.size();
    if (open_) {
      Abandon(client);
    }
  }

  store::ExchangeRecord RecordOf(const Exchange& exchange, const Client& client, bool answered,
                                 TimeNs at) const {
    store::ExchangeRecord record;
    record.number = number_;
    record.connection = client.connection.number;
    record.has_request = true;
    record.has_response = answered;
    record.began_at = now_;
    record.method = exchange.method;
    record.target = exchange.target;
    record.host = "es:9200";
    if (answered) {
      record.latency_ns = at - now_;
      record.status = exchange.status;
    } else {
      record.flags = store::FlagBit(store::Flag::kResponseMissing);
    }
    return record;
  }

  store::MessageRecord Message(store::Side side, const Client& client, TimeNs at, uint64_t offset,
                               const std::string& head, const std::string& body) const {
    store::MessageRecord message;
    message.id = store::MessageIdOf(number_, side);
    message.connection = client.connection.number;
    message.head = AsBytes(head);
    message.body_rest = AsBytes(body);
    store::MessageFacts& facts = message.facts;
    facts.first_byte_at = facts.last_byte_at = facts.last_copy_at = at;
    facts.flow_offset = offset;
    facts.first_seq = static_cast<uint32_t>(1 + offset);
    facts.ack_then =
        static_cast<uint32_t>(1 + (side == store::Side::kClient ? client.received : client.sent));
    facts.wire_bytes = facts.acked_bytes = head.size() + body.size();
    facts.body_bytes = facts.body_stored_bytes = body.size();
    facts.declared_bytes = body.size();
    facts.framing = store::Framing::kContentLength;
    facts.version_major = facts.version_minor = 1;
    return message;
  }

  /// The client goes away; the next requests come on a connection of their own.
  void Abandon(Client& client) {
    client.connection.closed_at = now_ + 20 * kNsPerMs;
    client.connection.client_close.fin_at = client.connection.closed_at;
    client.connection.client_close.payload_bytes = client.sent;
    client.connection.close_cause = store::CloseCause::kFin;
    writer_.PutConnection(client.connection);
    Connect(client);
  }

  store::LogWriter& writer_;
  const Shape shape_;
  std::mt19937_64 random_;
  std::vector<Stored> documents_;
  std::vector<Client> clients_;
  reconcile::IndexRouting routing_;
  int64_t next_[kShards] = {};
  TimeNs now_ = kBegin;
  bool open_ = false;  ///< nobody sees the answer of what is made now
  bool runs_ = true;   ///< and it is carried out
  uint64_t made_ = 0;
  uint64_t calms_ = 0;
  store::ExchangeNumber number_ = 0;
  store::ConnectionNumber connections_ = 0;
};

Status Make(const std::string& log, const Shape& shape) {
  store::LogWriterOptions options;
  options.log = log;
  options.recorder = "bench";
  options.version = options.source = "bench";
  TRY_ASSIGN(const auto writer, store::LogWriter::Open(options));
  LogMaker maker(*writer, shape);
  const TimeNs ended_at = maker.Make();
  TRY_ASSIGN(const store::LogWriterSummary summary, writer->Close(ended_at));
  fmt::print("{{\"mutations\": {}, \"exchanges\": {}, \"stored_bytes\": {}}}\n", maker.made(),
             summary.exchanges, summary.stored_bytes);
  return {};
}

}  // namespace
}  // namespace trafrec::bench

int main(int argc, char** argv) {
  if (argc != 7) {
    fmt::print(stderr, "usage: reconcile_log LOG MUTATIONS SEED OPEN_PPM LOST_PPM CALM_EACH\n");
    return 2;
  }
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  const trafrec::Status made = trafrec::bench::Make(argv[1], {.mutations = number(2),
                                                              .seed = number(3),
                                                              .open_ppm = number(4),
                                                              .lost_ppm = number(5),
                                                              .calm_each = number(6)});
  if (!made) {
    fmt::print(stderr, "reconcile_log: {}\n", made.error().what);
    return 1;
  }
  return 0;
}
