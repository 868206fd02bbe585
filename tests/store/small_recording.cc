#include "tests/store/small_recording.h"

#include <utility>

namespace trafrec::store {
namespace {

constexpr size_t kBodyBytes = 12'000;
constexpr uint64_t kSegmentBytes = 40'000;

void PutSlowRequest(LogWriter& writer) {
  const std::string body = SmallBody(kSlowExchange);
  const MessageId id = MessageIdOf(kSlowExchange, Side::kClient);
  const std::string head = RequestHead(kSlowExchange);
  writer.PutExtent(id, 0, AsBytes(body.substr(0, 5'000)));
  MessageRecord message = Message(id, AsBytes(head), AsBytes(body).subspan(5'000, 2'000));
  message.extents = 1;
  message.facts.flags = FlagBit(Flag::kOpen);
  writer.PutMessage(message);
  ExchangeRecord exchange = Exchange(kSlowExchange);
  exchange.flags = FlagBit(Flag::kOpen);
  exchange.has_response = false;
  writer.PutExchange(exchange);
}

void PutSlowAnswer(LogWriter& writer) {
  const std::string body = SmallBody(kSlowExchange);
  const MessageId id = MessageIdOf(kSlowExchange, Side::kClient);
  writer.PutExtent(id, 1, AsBytes(body).subspan(7'000));
  MessageFacts facts = Message(id, {}, AsBytes(body)).facts;
  writer.PutMessageFacts(id, facts, {}, 2);
  writer.PutMessage(Message(id + 1, AsBytes("HTTP/1.1 200 OK\r\n\r\n"), AsBytes("ok")));
  writer.PutExchange(Exchange(kSlowExchange));
}

}  // namespace

LogWriterOptions SmallOptions(const std::filesystem::path& log) {
  LogWriterOptions options = Live(log);
  options.segment_bytes_max = kSegmentBytes;
  options.commit_interval_ms = 1'000'000;  // only Drain commits
  options.segment_age_max_ms = 1'000'000;
  options.compression_threads = 1;
  options.free_bytes_min = 0;
  options.wall_clock = [] { return kBegin; };
  return options;
}

std::string SmallBody(ExchangeNumber n) { return BodyOf(n, kBodyBytes); }

SmallOutcome RecordSmall(const LogWriterOptions& options,
                         const std::function<void(LogWriter&)>& after_commit) {
  SmallOutcome outcome;
  auto opened = LogWriter::Open(options);
  if (!opened) {
    outcome.error = opened.error();
    return outcome;
  }
  LogWriter& writer = **opened;
  for (ExchangeNumber n = 1; n <= kSmallExchanges; ++n) {
    if (n == kSlowExchange) {
      PutSlowRequest(writer);
    } else {
      PutExchanges(writer, n, n, kBodyBytes);
    }
    if (n == kSlowExchange + 3) {
      PutSlowAnswer(writer);
    }
    if (n % 2 == 0) {
      writer.Drain();
      outcome.in_trouble |= writer.trouble().has_value();
      if (after_commit) {
        after_commit(writer);
      }
    }
  }
  const auto closed = writer.Close(TimeOf(kSmallExchanges));
  outcome.error = closed ? std::nullopt : std::optional(closed.error());
  outcome.written = writer.written();
  outcome.durable = writer.durable();
  outcome.may_be_lost = writer.unsynced().has_value();
  return outcome;
}

Status StartAgain(LogWriterOptions options) {
  options.wall_clock = [] { return kBegin + 3600 * kNsPerSecond; };
  TRY_ASSIGN(const auto writer, LogWriter::Open(options));
  TRY(writer->Close(kBegin + 3600 * kNsPerSecond));
  return {};
}

}  // namespace trafrec::store
