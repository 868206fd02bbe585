// Segments that no TCP would send, in any order: the contract towards the consumer, the sums and
// the memory account hold all the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using Random = std::mt19937_64;

uint32_t SomeNumber(Random& random, uint32_t base) {
  switch (random() % 8) {
    case 0:
      return base + static_cast<uint32_t>(random() % 3) * 0x3fff'0000U;
    case 1:
      return static_cast<uint32_t>(random());
    default:
      return base + static_cast<uint32_t>(random() % 60);
  }
}

TcpSegment SomeSegment(Random& random, TimeNs now, const std::string& bytes) {
  constexpr uint8_t kFlags[] = {TcpSegment::kAck,
                                TcpSegment::kAck,
                                TcpSegment::kAck | TcpSegment::kPsh,
                                TcpSegment::kAck | TcpSegment::kPsh,
                                TcpSegment::kAck | TcpSegment::kFin,
                                TcpSegment::kSyn,
                                TcpSegment::kSyn | TcpSegment::kAck,
                                TcpSegment::kRst,
                                TcpSegment::kRst | TcpSegment::kAck,
                                TcpSegment::kFin,
                                0};
  const bool from_client = random() % 2 == 0;
  TcpSegment segment;
  segment.at = now;
  segment.source = MakeEndpoint(1, static_cast<uint16_t>(40000 + random() % 2));
  segment.destination = MakeEndpoint(2, 9200);
  if (!from_client) {
    std::swap(segment.source, segment.destination);
  }
  segment.sequence = SomeNumber(random, from_client ? 0xffff'fff0 : 700);
  segment.acknowledgment = SomeNumber(random, from_client ? 700 : 0xffff'fff0);
  segment.flags = kFlags[random() % std::size(kFlags)];
  segment.window = static_cast<uint16_t>(random());
  if (random() % 3 != 0) {
    const size_t length = random() % 30;
    segment.payload = AsBytes(std::string_view(bytes).substr(random() % 50, length));
    segment.payload_wire_bytes =
        static_cast<uint32_t>(random() % 8 == 0 ? random() % 60 : segment.payload.size());
  }
  return segment;
}

TEST(StreamGarbage, AnySegmentsKeepTheContract) {
  const std::string bytes =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklm";
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Recorder recorder;
    recorder.strict_order = false;
    MemoryAccount memory;
    memory.max_bytes = seed % 3 == 0 ? 3000 : 1 << 20;
    StreamLimits limits = StreamLimits::Default();
    if (seed % 2 == 0) {
      limits.flow_buffered_bytes_max = 1000;
      limits.connections_max = 2;
      limits.half_open_max = 1;
    }
    if (seed % 5 == 0) {
      recorder.holds_in = &memory;
    }
    StreamTracker tracker(limits, memory, recorder);
    TimeNs now = kNsPerSecond;
    constexpr int kSegments = 150;
    for (int i = 0; i < kSegments; ++i) {
      constexpr TimeNs kSteps[] = {0, 1000, kNsPerMs, 25 * kNsPerMs, kNsPerSecond};
      now += kSteps[random() % std::size(kSteps)];
      if (random() % 50 == 0) {
        now += 70 * kNsPerSecond;
        tracker.OnTick(now);
      }
      tracker.OnSegment(SomeSegment(random, now, bytes));
    }
    ASSERT_THAT(BrokenSumsOf(tracker, kSegments), ::testing::IsEmpty());
    tracker.Finish();
    ASSERT_THAT(BrokenSumsOf(tracker, kSegments), ::testing::IsEmpty());
    ASSERT_EQ(memory.used_bytes, 0U);
    ASSERT_FALSE(HasFailure());
  }
}

}  // namespace
}  // namespace trafrec::reassembly::testing
