#include "tests/replay/plan/growing_log.h"

#include <fmt/format.h>

#include "base/check.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {

using store::Flag;
using store::Side;
using store::TimeOf;

namespace {

store::MessageRecord MessageOf(store::MessageId id, const std::string& head,
                               const std::string& body, TimeNs at) {
  store::MessageRecord message = store::Message(id, AsBytes(head), AsBytes(body));
  message.facts.first_byte_at = message.facts.last_byte_at = message.facts.last_copy_at = at;
  message.facts.framing = store::Framing::kContentLength;
  message.facts.declared_bytes = body.size();
  message.facts.version_major = message.facts.version_minor = 1;
  return message;
}

}  // namespace

GrowingLog::GrowingLog(std::filesystem::path log, const std::string& recorder) {
  store::LogWriterOptions options = store::Live(log);
  options.recorder = recorder;
  auto writer = store::LogWriter::Open(options);
  CHECK(writer.has_value());
  writer_ = std::move(*writer);
  writer_->PutConnection(store::Connection(1));
}

void GrowingLog::Put(const Seen& seen) {
  const store::ExchangeNumber n = seen.number;
  if (!open_.erase(n)) {
    const std::string head = fmt::format(
        "{} {} HTTP/1.1\r\nHost: es\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
        "\r\n",
        seen.method, seen.target, seen.body.size());
    writer_->PutMessage(
        MessageOf(store::MessageIdOf(n, Side::kClient), head, seen.body, TimeOf(n)));
  }
  store::ExchangeRecord exchange = store::Exchange(n);
  exchange.method = seen.method;
  exchange.target = seen.target;
  exchange.has_response = seen.status.has_value();
  exchange.status = static_cast<uint16_t>(seen.status.value_or(0));
  if (seen.status) {
    const TimeNs at = store::kBegin + seen.answered_ms * kNsPerMs;
    const std::string head =
        fmt::format("HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                    *seen.status, seen.answer.size());
    store::MessageRecord answer =
        MessageOf(store::MessageIdOf(n, Side::kServer), head, seen.answer, at);
    answer.facts.status = exchange.status;
    writer_->PutMessage(answer);
  } else {
    exchange.flags = FlagBit(Flag::kOpen) | FlagBit(Flag::kResponseMissing);
    open_.insert(n);
  }
  writer_->PutExchange(exchange);
  writer_->Drain();
}

void GrowingLog::Advance(int64_t answers_ms, int64_t requests_ms) {
  const TimeNs requests = store::kBegin + requests_ms * kNsPerMs;
  writer_->Advance({.exchanges_below = open_.empty() ? 1 : *open_.begin(),
                    .requests_through = requests,
                    .answers_through = store::kBegin + answers_ms * kNsPerMs},
                   requests);
  writer_->Drain();
}

void GrowingLog::Close() { CHECK(writer_->Close(store::kBegin).has_value()); }

}  // namespace trafrec::plan
