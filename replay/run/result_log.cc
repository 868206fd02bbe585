#include "replay/run/result_log.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "replay/run/limits.h"
#include "store/format/flags.h"

namespace trafrec::replay {

using store::Flag;
using store::FlagBit;
using store::Side;

namespace {

/// No time.
constexpr TimeNs kPut = std::numeric_limits<TimeNs>::min();

/// The value of the Host field as it went out.
std::string HostOf(std::string_view head) {
  constexpr std::string_view kHost = "\r\nhost:";
  const auto lower = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  };
  const auto found = std::ranges::search(head, kHost, lower);
  if (found.empty()) {
    return {};
  }
  std::string_view value = head.substr(static_cast<size_t>(found.end() - head.begin()));
  value = value.substr(0, value.find('\r'));
  while (value.starts_with(' ')) {
    value.remove_prefix(1);
  }
  return std::string(value);
}

std::string TrailersOf(const message::Request& request) {
  std::string text;
  for (const message::Field& field : request.trailers) {
    text += field.name + ": " + field.value + "\r\n";
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<ResultLog>> ResultLog::Open(const store::LogWriterOptions& options) {
  TRY_ASSIGN(auto log, store::LogWriter::Open(options));
  return std::unique_ptr<ResultLog>(new ResultLog(std::move(log)));
}

store::ExchangeNumber ResultLog::Begin(TimeNs at) {
  begun_.push_back(at);
  latest_ = std::max(latest_, at);
  return next_++;
}

void ResultLog::Put(SentExchange exchange) {
  PutConnection(exchange.connection, exchange.began_at);
  store::ExchangeRecord record;
  record.number = exchange.number;
  record.connection = exchange.connection.number;
  record.has_request = true;
  record.began_at = exchange.began_at;
  record.method = exchange.request->method;
  record.target = exchange.request->target;
  record.host = HostOf(exchange.head);
  record.flags = FlagBit(Flag::kWireUnknown) | PutRequest(exchange);
  if (exchange.answer != nullptr) {
    record.has_response = true;
    record.status = static_cast<uint16_t>(exchange.answer->status);
    record.latency_ns =
        std::max<int64_t>(0, exchange.timing.first_read - exchange.timing.last_written);
    record.flags |= PutAnswer(exchange);
  } else {
    record.flags |= FlagBit(Flag::kResponseMissing);
  }
  if (exchange.interim != nullptr) {
    for (const message::Answer& interim : *exchange.interim) {
      record.interim.push_back({.at = exchange.timing.WallAt(exchange.timing.first_read),
                                .status = static_cast<uint16_t>(interim.status),
                                .head = interim.head});
    }
  }
  exchange.link.exchange = exchange.number;
  log_->PutResultLink(exchange.link);
  if (exchange.sentinel != nullptr) {
    log_->PutSentinel(*exchange.sentinel);
  }
  log_->PutExchange(record);
  begun_[exchange.number - first_open_] = kPut;
  while (!begun_.empty() && begun_.front() == kPut) {
    begun_.pop_front();
    ++first_open_;
  }
  Advance();
}

void ResultLog::PutConnection(const send::ConnectionFacts& facts, TimeNs at) {
  const auto [place, is_new] = connections_.try_emplace(facts.number);
  if (!is_new) {
    return;
  }
  store::ConnectionRecord& record = place->second;
  record.number = facts.number;
  record.client = facts.local;
  record.server = facts.peer;
  record.opened_at = facts.opened_at != 0 ? facts.opened_at : at;
  record.closed_at = record.opened_at;
  record.handshake_ns = facts.round_trip_ns;
  record.protocol = store::Protocol::kHttp1;
  record.flags = FlagBit(Flag::kWireUnknown);
  log_->PutConnection(record);
}

store::Flags ResultLog::PutRequest(const SentExchange& exchange) {
  const message::Request& request = *exchange.request;
  const std::string trailers = TrailersOf(request);
  store::MessageRecord record;
  record.id = store::MessageIdOf(exchange.number, Side::kClient);
  record.connection = exchange.connection.number;
  record.head = AsBytes(exchange.head);
  record.trailers = AsBytes(trailers);
  store::MessageFacts& facts = record.facts;
  facts.first_byte_at = exchange.began_at;
  facts.last_byte_at = exchange.timing.WallAt(exchange.timing.last_written);
  facts.wire_bytes = exchange.head.size() + request.body.size();
  facts.body_bytes = facts.body_stored_bytes = request.body.size();
  facts.version_major = facts.version_minor = 1;
  facts.framing = request.chunked        ? store::Framing::kChunked
                  : request.body.empty() ? store::Framing::kNone
                                         : store::Framing::kContentLength;
  if (facts.framing == store::Framing::kContentLength) {
    facts.declared_bytes = request.body.size();
  }
  PutMessage(std::move(record), request.body);
  return 0;
}

store::Flags ResultLog::PutAnswer(const SentExchange& exchange) {
  const message::Answer& answer = *exchange.answer;
  store::MessageRecord record;
  record.id = store::MessageIdOf(exchange.number, Side::kServer);
  record.connection = exchange.connection.number;
  record.head = AsBytes(answer.head);
  record.trailers = AsBytes(answer.trailers);
  store::MessageFacts& facts = record.facts;
  facts.first_byte_at = exchange.timing.WallAt(exchange.timing.first_read);
  facts.last_byte_at = exchange.timing.WallAt(exchange.timing.last_read);
  facts.wire_bytes = answer.head.size() + answer.body.size();
  facts.body_bytes = facts.body_stored_bytes = answer.body.size();
  facts.version_major = 1;
  facts.version_minor = answer.version_minor;
  facts.status = static_cast<uint16_t>(answer.status);
  facts.framing = answer.chunked ? store::Framing::kChunked
                                 : (answer.body.empty() ? store::Framing::kNone
                                                        : store::Framing::kContentLength);
  facts.flags = exchange.assembled ? FlagBit(Flag::kHeadRebuilt) : 0;
  PutMessage(std::move(record), answer.body);
  return facts.flags;
}

void ResultLog::PutMessage(store::MessageRecord record, std::string_view body) {
  Bytes rest = AsBytes(body);
  while (rest.size() > limits::kExtentBytes) {
    log_->PutExtent(record.id, record.extents++, rest.first(limits::kExtentBytes));
    rest = rest.subspan(limits::kExtentBytes);
  }
  record.body_rest = rest;
  log_->PutMessage(record);
}

void ResultLog::Advance() {
  store::Marks marks;
  marks.exchanges_below = first_open_;
  marks.requests_through = marks.answers_through = begun_.empty() ? latest_ : begun_.front();
  log_->Advance(marks, latest_);
}

Result<store::LogWriterSummary> ResultLog::Close() {
  for (auto& [number, record] : connections_) {
    record.closed_at = std::max(record.closed_at, latest_);
    record.close_cause = store::CloseCause::kEndOfCapture;
    log_->PutConnection(record);
  }
  Advance();
  return log_->Close(latest_);
}

}  // namespace trafrec::replay
