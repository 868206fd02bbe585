#include "tests/capture/recording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/impairment.h"
#include "tests/support/tcp_conversation.h"

namespace trafrec::capture {

using test_support::RawPacket;
using test_support::TcpConversation;

std::vector<RawPacket> Conversations(int connections, int requests) {
  std::vector<std::vector<RawPacket>> captures;
  for (int c = 0; c < connections; ++c) {
    TcpConversation wire({.client = test_support::Ip("10.0.0.1", static_cast<uint16_t>(20'000 + c)),
                          .start = 1'700'000'000 * kNsPerSecond + c * 7 * kNsPerUs});
    wire.Handshake();
    for (int r = 0; r < requests; ++r) {
      const std::string body(2'000, static_cast<char>('a' + (c + r) % 26));
      wire.ClientSends(
          fmt::format("POST /{}/{} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}", c, r,
                      body.size(), body));
      wire.ServerSends(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{:01000}", r));
      wire.Wait(kNsPerMs);
    }
    wire.Close();
    captures.push_back(wire.TakePackets());
  }
  return test_support::MergedByTime(std::move(captures));
}

RecorderOptions OptionsFor(const std::filesystem::path& log, const RecordingOptions& options) {
  RecorderOptions result;
  result.log.log = log;
  result.log.recorder = "test";
  result.log.version = "test";
  result.log.source = "a test";
  result.log.compression_threads = options.compression_threads;
  result.log.queue_bytes_max = options.queue_bytes_max;
  result.ring_batches_max = options.ring_batches_max;
  result.ring_bytes_max = options.ring_bytes_max;
  result.abort_on_broken_sums = true;
  return result;
}

RecorderSummary Record(const std::filesystem::path& log, std::unique_ptr<PacketSource> source,
                       const RecordingOptions& options, const std::function<void()>& on_started) {
  Recorder recorder(OptionsFor(log, options), std::move(source));
  Result<RecorderSummary> summary = recorder.Run({}, [&]() -> Status {
    if (on_started) {
      on_started();
    }
    return {};
  });
  EXPECT_TRUE(summary) << summary.error().what;
  return summary ? std::move(*summary) : RecorderSummary{};
}

std::string Listing(const std::filesystem::path& log) {
  auto reader = store::LogReader::Open(log);
  if (!reader) {
    ADD_FAILURE() << reader.error().what;
    return {};
  }
  std::string listing;
  const auto add = [&](const store::ExchangeRow& row) {
    listing += fmt::format("{}-{} {} {} {} {} {} {:x} {} {}", row.id.attempt, row.id.number,
                           row.connection, row.began_at, row.latency_ns, row.method, row.target,
                           row.flags, row.client.ToString(), row.status);
    const auto whole = (*reader)->Load(row);
    EXPECT_TRUE(whole) << whole.error().what;
    for (const auto& message : {whole->request, whole->response}) {
      if (message) {
        listing += fmt::format(" [{} {} {} {} {} {} {}]", message->facts.first_byte_at,
                               message->facts.last_byte_at, message->facts.acked_bytes,
                               message->facts.last_ack_at, message->head, message->body,
                               message->trailers);
      }
    }
    listing += '\n';
    return true;
  };
  const Status visited = (*reader)->Visit({}, add);
  EXPECT_TRUE(visited) << visited.error().what;
  return listing;
}

std::vector<store::AttemptInfo> Attempts(const std::filesystem::path& log) {
  auto reader = store::LogReader::Open(log);
  if (!reader) {
    ADD_FAILURE() << reader.error().what;
    return {};
  }
  auto attempts = (*reader)->Attempts();
  EXPECT_TRUE(attempts) << attempts.error().what;
  return attempts ? *attempts : std::vector<store::AttemptInfo>{};
}

std::vector<store::LossRecord> Losses(const std::filesystem::path& log, store::LossCause cause) {
  const std::vector<store::AttemptInfo> attempts = Attempts(log);
  std::vector<store::LossRecord> losses;
  EXPECT_EQ(attempts.size(), 1U);
  if (!attempts.empty()) {
    std::ranges::copy_if(attempts[0].losses, std::back_inserter(losses),
                         [&](const store::LossRecord& loss) { return loss.cause == cause; });
  }
  return losses;
}

uint64_t Value(const Counters& counters, const std::string& name) {
  const auto found = std::ranges::find(counters, name, &Counter::name);
  return found == counters.end() ? 0 : found->value;
}

}  // namespace trafrec::capture
