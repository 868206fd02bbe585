// Makes the logs of the bench of SQL, and looks exchanges up in them within one process.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "store/reader/exchange_id.h"
#include "store/sql/log_sql.h"
#include "store/writer/log_writer.h"

namespace trafrec::store {
namespace {

constexpr const char* kRecorder = "bench";
constexpr ConnectionNumber kConnections = 1'000;
constexpr ExchangeNumber kTargets = 5'000;

/// What stands in the columns: the same for each run.
struct Shape {
  const char* method;
  uint16_t status;
};
constexpr Shape kShapes[] = {{"GET", 200},  {"GET", 200},  {"POST", 200}, {"PUT", 201},
                             {"POST", 200}, {"GET", 404},  {"PUT", 409},  {"POST", 200},
                             {"GET", 200},  {"POST", 429}, {"GET", 304},  {"DELETE", 200}};

MessageRecord Message(MessageId id, ConnectionNumber connection, TimeNs at, std::string_view head,
                      std::string_view body) {
  MessageRecord message;
  message.id = id;
  message.connection = connection;
  message.head = AsBytes(head);
  message.body_rest = AsBytes(body);
  message.facts.first_byte_at = message.facts.last_byte_at = message.facts.last_copy_at = at;
  message.facts.wire_bytes = head.size() + body.size();
  message.facts.body_bytes = message.facts.body_stored_bytes = body.size();
  return message;
}

void PutExchange(RecordSink& sink, ExchangeNumber number, std::string_view body) {
  const TimeNs at = 1'700'000'000 * kNsPerSecond + static_cast<TimeNs>(number) * 100'000;
  const Shape& shape = kShapes[number % std::size(kShapes)];
  const ConnectionNumber connection = 1 + number % kConnections;
  const std::string target = fmt::format("/index-{}/_search", number % kTargets);
  const std::string head =
      fmt::format("{} {} HTTP/1.1\r\nHost: es:9200\r\n\r\n", shape.method, target);
  sink.PutMessage(Message(MessageIdOf(number, Side::kClient), connection, at, head, {}));
  sink.PutMessage(Message(MessageIdOf(number, Side::kServer), connection, at + 1'000'000,
                          fmt::format("HTTP/1.1 {} X\r\n\r\n", shape.status), body));
  ExchangeRecord exchange;
  exchange.number = number;
  exchange.connection = connection;
  exchange.has_request = exchange.has_response = true;
  exchange.began_at = at;
  exchange.latency_ns = static_cast<int64_t>(1'000'000 + number * 7'919 % 50'000'000);
  exchange.status = shape.status;
  exchange.method = shape.method;
  exchange.target = target;
  exchange.host = "es:9200";
  sink.PutExchange(exchange);
}

Status Make(const std::string& log, ExchangeNumber rows, size_t body_bytes,
            uint64_t segment_bytes) {
  LogWriterOptions options;
  options.log = log;
  options.recorder = kRecorder;
  options.version = options.source = "bench";
  options.segment_bytes_max = segment_bytes;
  TRY_ASSIGN(const auto writer, LogWriter::Open(options));
  for (ConnectionNumber number = 1; number <= kConnections; ++number) {
    ConnectionRecord connection;
    connection.number = number;
    writer->PutConnection(connection);
  }
  // Bytes that do not compress, and no body twice in a frame, so that a log is as large as it is
  // meant to be.
  constexpr ExchangeNumber kBodies = 1'000;
  std::mt19937_64 random(1);
  std::string bytes(body_bytes * kBodies, '\0');
  std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
  for (ExchangeNumber number = 1; number <= rows; ++number) {
    PutExchange(*writer, number,
                std::string_view(bytes).substr(number % kBodies * body_bytes, body_bytes));
  }
  TRY_ASSIGN(const LogWriterSummary summary,
             writer->Close(1'700'000'000 * kNsPerSecond + static_cast<TimeNs>(rows + 1) * 100'000));
  fmt::print("{}\n", summary.stored_bytes);
  return {};
}

class OneRow : public db::RowSink {
 public:
  void Columns(const std::vector<std::string>&) override {}
  bool Row(const std::vector<db::SqlValue>&) override {
    ++rows;
    return true;
  }
  uint64_t rows = 0;
};

/// Prints what each of `count` lookups took, in microseconds; the first opens the log, too.
Status Find(const std::string& log, ExchangeNumber rows, uint64_t count) {
  using Clock = std::chrono::steady_clock;
  std::mt19937_64 random(2);
  std::unique_ptr<LogSql> sql;
  OneRow found;
  for (uint64_t i = 0; i < count; ++i) {
    const std::string id = FormatExchangeId({kRecorder, 1, 1 + random() % rows});
    const auto began = Clock::now();
    if (sql == nullptr) {
      TRY_ASSIGN(sql, LogSql::Open({.folders = {log}}));
    }
    TRY(sql->Run("SELECT method, target, status, latency_ns FROM exchanges WHERE id='" + id + "'",
                 found, [] { return false; }));
    fmt::print("{}\n", std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  }
  if (found.rows != count) {
    return Fail(ErrorCode::kNotFound, fmt::format("{} of {} were found", found.rows, count));
  }
  return {};
}

}  // namespace
}  // namespace trafrec::store

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  trafrec::Status done;
  if (what == "make" && argc == 6) {
    done = trafrec::store::Make(argv[2], number(3), number(4), number(5));
  } else if (what == "find" && argc == 5) {
    done = trafrec::store::Find(argv[2], number(3), number(4));
  } else {
    fmt::print(stderr,
               "usage: sql make LOG ROWS BODY_BYTES SEGMENT_BYTES | sql find LOG ROWS COUNT\n");
    return 2;
  }
  if (!done) {
    fmt::print(stderr, "{}\n", done.error().what);
  }
  return done ? 0 : 1;
}
