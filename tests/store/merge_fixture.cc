#include "tests/store/merge_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "store/reader/exchange_id.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

constexpr size_t kBodyBytes = 1'000;
constexpr std::string_view kAnswerHead = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";

std::string Line(const ExchangeRow& row) {
  std::string line = fmt::format("{} {}", FormatExchangeId(row.id),
                                 row.has_request ? row.target : std::string("(no request)"));
  line += row.sighting_count() > 1 ? fmt::format(" x{}", row.sighting_count()) : "";
  for (const std::string& flag : FlagNames(row.flags)) {
    line += " " + flag;
  }
  return line;
}

Flags FlagsOfRequest(const Sight& sight) {
  return sight.found_late > 0 ? FlagBit(Flag::kResynchronised) : 0;
}

}  // namespace

Witness::Witness(const std::filesystem::path& log, const std::string& name, Place place, bool live,
                 const Encryption& encryption)
    : place_(place) {
  LogWriterOptions options = live ? Live(log) : Finite(log);
  options.recorder = name;
  options.encryption = encryption;
  writer_ = LogWriter::Open(options).value();
}

TimeNs Witness::Shown(TimeNs time) const {
  const auto gained = static_cast<int64_t>(place_.drift * static_cast<double>(time - kBegin));
  return time + place_.clock_ahead_ns + gained;
}

ConnectionNumber Witness::ConnectionOf(const Sight& sight) {
  const std::pair key(sight.client_port, sight.client_isn);
  const auto known = std::ranges::find(connections_, key);
  const auto number = static_cast<ConnectionNumber>(known - connections_.begin()) + 1;
  if (known == connections_.end()) {
    connections_.push_back(key);
    ConnectionRecord connection = Connection(number);
    connection.client.port = sight.client_port;
    connection.client_isn = sight.client_isn;
    connection.server_isn = sight.server_isn;
    writer_->PutConnection(connection);
  }
  return number;
}

void Witness::PutMessages(const Sight& sight, ExchangeNumber number) {
  const std::string request_head = RequestHead(sight.n);
  MessageRecord request = Message(MessageIdOf(number, Side::kClient), AsBytes(request_head), {});
  request.facts.first_seq = static_cast<uint32_t>(10'000 * sight.n);
  request.facts.first_seq += sight.found_late;
  request.facts.flags = FlagsOfRequest(sight);
  request.facts.first_byte_at = Shown(TimeOf(sight.n) + place_.from_client_ns);
  request.facts.last_byte_at = request.facts.first_byte_at;
  if (sight.request) {
    writer_->PutMessage(request);
  }
  if (!sight.response) {
    return;
  }
  std::string body = BodyOf(sight.n, kBodyBytes);
  MessageRecord response =
      Message(MessageIdOf(number, Side::kServer), AsBytes(kAnswerHead), AsBytes(body));
  MessageFacts& facts = response.facts;
  facts.first_seq = sight.response_seq.value_or(static_cast<uint32_t>(10'000 * sight.n + 5'000));
  facts.first_byte_at = Shown(TimeOf(sight.n) + sight.latency_ns + place_.from_server_ns);
  facts.last_byte_at = facts.first_byte_at;
  facts.status = 200;
  facts.framing = Framing::kContentLength;
  facts.declared_bytes = kBodyBytes;
  for (auto hole = sight.holes.rbegin(); hole != sight.holes.rend(); ++hole) {
    body.erase(hole->first, hole->second);
  }
  for (const auto& [offset, length] : sight.holes) {
    facts.gaps.push_back(
        {.body_offset = offset, .flow_offset = kAnswerHead.size() + offset, .length = length});
    facts.flags |= FlagBit(Flag::kGapInResponse);
  }
  facts.body_stored_bytes = body.size();
  response.body_rest = AsBytes(body);
  writer_->PutMessage(response);
}

Witness& Witness::Saw(const Sight& sight) {
  const bool again = numbers_.contains(sight.n);
  const ExchangeNumber number = again ? numbers_[sight.n] : ++last_;
  numbers_[sight.n] = number;
  const ConnectionNumber connection = ConnectionOf(sight);
  Sight rest = sight;
  rest.request = sight.request && !again;
  PutMessages(rest, number);
  ExchangeRecord exchange = Exchange(sight.n);
  exchange.number = number;
  exchange.connection = connection;
  exchange.has_request = sight.request;
  exchange.has_response = sight.response;
  const TimeNs answered = Shown(TimeOf(sight.n) + sight.latency_ns + place_.from_server_ns);
  exchange.began_at = sight.request ? Shown(TimeOf(sight.n) + place_.from_client_ns) : answered;
  exchange.latency_ns = sight.request && sight.response ? answered - exchange.began_at : -1;
  exchange.status = sight.response ? 200 : 0;
  if (!sight.request) {
    exchange.target.clear();
    exchange.host.clear();
  }
  exchange.method = sight.request ? sight.method : "";
  exchange.flags = FlagsOfRequest(sight) | (sight.request ? 0 : FlagBit(Flag::kRequestMissing)) |
                   (sight.response ? 0 : FlagBit(Flag::kResponseMissing)) |
                   (sight.open ? FlagBit(Flag::kOpen) : 0) |
                   (sight.holes.empty() ? 0 : FlagBit(Flag::kGapInResponse));
  writer_->PutExchange(exchange);
  if (!sight.nonce.empty()) {
    writer_->PutSentinel({.exchange = number,
                          .verdict = SentinelVerdict::kCounted,
                          .at = exchange.began_at,
                          .nonce = sight.nonce});
  }
  return *this;
}

Witness& Witness::SawAll(ExchangeNumber first, ExchangeNumber last) {
  for (ExchangeNumber n = first; n <= last; ++n) {
    Saw({.n = n});
  }
  return *this;
}

Witness& Witness::Through(TimeNs time) {
  writer_->Advance({last_ + 1, Shown(time), Shown(time)}, Shown(time));
  writer_->Drain();
  return *this;
}

void Witness::End() {
  ASSERT_TRUE(writer_->Close(Shown(TimeOf(last_ + 1))));
  writer_.reset();
}

std::vector<std::string> Shown(LogReader& reader, const ExchangeFilter& filter) {
  std::vector<std::string> lines;
  const Status visited = reader.Visit(filter, [&](const ExchangeRow& row) {
    lines.push_back(Line(row));
    return true;
  });
  EXPECT_TRUE(visited) << visited.error().what;
  return lines;
}

std::vector<std::string> Shown(const std::filesystem::path& log) { return Shown(*OpenReader(log)); }

std::vector<std::string> ShownNext(LogReader& reader) {
  std::vector<std::string> lines;
  const Status followed = reader.Follow({}, [&](const ExchangeRow& row) {
    lines.push_back(Line(row));
    return true;
  });
  EXPECT_TRUE(followed) << followed.error().what;
  return lines;
}

StoredExchange FirstOf(const std::filesystem::path& log) {
  const auto reader = OpenReader(log);
  StoredExchange first;
  const Status visited = reader->Visit({.limit = 1}, [&](const ExchangeRow& row) {
    first = reader->Load(row).value();
    return true;
  });
  EXPECT_TRUE(visited);
  return first;
}

}  // namespace trafrec::store
