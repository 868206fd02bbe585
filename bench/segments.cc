// Makes a log of many small sealed segments, for the bench of commit.

#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "store/writer/log_writer.h"

namespace trafrec::store {
namespace {

MessageRecord Message(MessageId id, TimeNs at, std::string_view head) {
  MessageRecord message;
  message.id = id;
  message.connection = 1;
  message.head = AsBytes(head);
  message.facts.first_byte_at = message.facts.last_byte_at = message.facts.last_copy_at = at;
  message.facts.wire_bytes = head.size();
  return message;
}

void PutExchange(RecordSink& sink, ExchangeNumber number) {
  const TimeNs at = static_cast<TimeNs>(number) * kNsPerMs;
  sink.PutMessage(Message(MessageIdOf(number, Side::kClient), at, "GET / HTTP/1.1\r\n\r\n"));
  sink.PutMessage(Message(MessageIdOf(number, Side::kServer), at + 1, "HTTP/1.1 200 OK\r\n\r\n"));
  ExchangeRecord exchange;
  exchange.number = number;
  exchange.connection = 1;
  exchange.has_request = exchange.has_response = true;
  exchange.began_at = at;
  exchange.status = 200;
  exchange.method = "GET";
  exchange.target = "/";
  sink.PutExchange(exchange);
}

int Main(const std::string& log, ExchangeNumber segments) {
  LogWriterOptions options;
  options.log = log;
  options.recorder = "bench";
  options.version = "bench";
  options.source = "bench";
  options.segment_bytes_max = 1;
  auto writer = LogWriter::Open(options);
  if (!writer) {
    fmt::print(stderr, "{}\n", writer.error().what);
    return 1;
  }
  ConnectionRecord connection;
  connection.number = 1;
  (*writer)->PutConnection(connection);
  for (ExchangeNumber number = 1; number <= segments; ++number) {
    PutExchange(**writer, number);
    if (number < segments) {
      (*writer)->Drain();
    }
  }
  const auto closed = (*writer)->Close(static_cast<TimeNs>(segments + 1) * kNsPerMs);
  if (!closed) {
    fmt::print(stderr, "{}\n", closed.error().what);
    return 1;
  }
  fmt::print("{}\n", closed->segments);
  return 0;
}

}  // namespace
}  // namespace trafrec::store

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: segments LOG NUMBER\n");
    return 2;
  }
  return trafrec::store::Main(argv[1], std::strtoull(argv[2], nullptr, 10));
}
