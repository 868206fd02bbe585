// Bounds on state, and what is given up first.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "reassembly/stream/connection.h"
#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

TcpSegment SegmentOf(uint32_t host_and_port, uint8_t flags, std::string_view payload = {}) {
  TcpSegment segment;
  segment.source = MakeEndpoint(static_cast<uint8_t>(1 + (host_and_port >> 16)),
                                static_cast<uint16_t>(host_and_port));
  segment.destination = MakeEndpoint(250, 9200);
  segment.sequence = 77;
  segment.flags = flags;
  segment.payload = AsBytes(payload);
  segment.payload_wire_bytes = static_cast<uint32_t>(payload.size());
  return segment;
}

constexpr uint8_t kData = TcpSegment::kAck | TcpSegment::kPsh;

TEST(StreamLimits, IdleConnectionCostsAtMost256Bytes) {
  auto wire = Wire::Established();
  EXPECT_LE(wire->memory.used_bytes, 256U);
  wire->Client().Send("GET");
  wire->Server().Send("200");
  wire->Client().Lose("x").Send("y").SendAt(3, "x");
  wire->Server().Ack();
  EXPECT_LE(wire->memory.used_bytes, 256U);
}

TEST(StreamLimits, SynFloodEvictsItsOwn) {
  StreamLimits limits = StreamLimits::Default();
  limits.half_open_max = 100;
  auto wire = Wire::Established(limits);
  wire->Client().Send("GET");
  for (uint32_t i = 0; i < 10'000; ++i) {
    wire->Capture(SegmentOf(i, TcpSegment::kSyn));
  }
  EXPECT_LE(wire->memory.used_bytes, 101 * kConnectionBytes);
  EXPECT_EQ(wire->Count("connections.half_open_evicted"), 9'900U);
  EXPECT_EQ(wire->Count("connections.half_open"), 100U);
  wire->Client().Send(" /");
  EXPECT_EQ(wire->ClientFlow(), "GET /");
}

TEST(StreamLimits, AckFloodIsHalfOpenToo) {
  StreamLimits limits = StreamLimits::Default();
  limits.half_open_max = 10;
  Wire wire(limits);
  for (uint32_t i = 0; i < 1000; ++i) {
    wire.Capture(SegmentOf(i, TcpSegment::kAck));
  }
  EXPECT_EQ(wire.Count("connections.half_open"), 10U);
}

TEST(StreamLimits, HalfOpenConnectionsAreForgottenAfterTheirTimeout) {
  Wire wire;
  wire.Client().Syn();
  wire.WaitTick(limits::kHalfOpenTimeoutNs);
  EXPECT_EQ(wire.memory.used_bytes, 0U);
  EXPECT_EQ(wire.Count("connections.closed.idle_timeout"), 1U);
}

TEST(StreamLimits, TooManyConnectionsEvictTheLeastRecentlyUsed) {
  StreamLimits limits = StreamLimits::Default();
  limits.connections_max = 2;
  Wire wire(limits);
  wire.Capture(SegmentOf(1, kData, "a"));
  wire.Capture(SegmentOf(2, kData, "b"));
  wire.Capture(SegmentOf(1, TcpSegment::kAck));
  wire.Capture(SegmentOf(3, kData, "c"));
  EXPECT_FALSE(wire.Seen(0).end);
  ASSERT_TRUE(wire.Seen(1).end);
  EXPECT_THAT(wire.Seen(1).events, ElementsAre("0:b", "evict", "close evicted"));
  EXPECT_EQ(wire.Count("connections.closed.evicted"), 1U);
}

TEST(StreamLimits, HalfOpenConnectionsGoBeforeOpenOnes) {
  StreamLimits limits = StreamLimits::Default();
  limits.connections_max = 2;
  Wire wire(limits);
  wire.Capture(SegmentOf(1, kData, "a"));
  wire.Capture(SegmentOf(2, TcpSegment::kSyn));
  wire.Capture(SegmentOf(3, kData, "c"));
  EXPECT_FALSE(wire.Seen(0).end);
  EXPECT_FALSE(wire.Seen(1).end);
}

TEST(StreamLimits, GlobalLimitOpensTheOldestHoleFirst) {
  Wire wire;
  wire.memory.max_bytes = 20'000;
  for (uint32_t i = 1; i <= 3; ++i) {
    TcpSegment segment = SegmentOf(i, kData, "a");
    wire.Capture(segment);
    const std::string behind(4000, 'x');
    segment.sequence += 2;
    segment.payload = AsBytes(behind);
    segment.payload_wire_bytes = 4000;
    wire.Capture(segment);
  }
  const std::string more(8000, 'y');
  TcpSegment segment = SegmentOf(3, kData, more);
  segment.sequence += 5000;
  wire.Capture(segment);
  EXPECT_THAT(wire.Seen(0).events, Contains("0:[1 global_limit]"));
  EXPECT_FALSE(wire.Seen(0).end) << "only its hole is given up";
  EXPECT_EQ(wire.Seen(2).flow[0], "a");
  EXPECT_LE(wire.memory.used_bytes, 20'000U);
}

TEST(StreamLimits, ConsumersThatHoldMemoryAreEvictedOldestFirst) {
  Wire wire;
  wire.recorder.holds_in = &wire.memory;
  wire.memory.max_bytes = 10'000;
  const std::string large(4000, 'x');
  wire.Capture(SegmentOf(1, kData, "small"));
  wire.Capture(SegmentOf(2, kData, large));
  wire.Capture(SegmentOf(3, kData, large));
  TcpSegment touch = SegmentOf(1, kData, "more");
  touch.sequence += 5;
  wire.Capture(touch);
  wire.Capture(SegmentOf(4, kData, large));
  EXPECT_THAT(wire.Seen(1).events, Contains("evict"));
  EXPECT_FALSE(wire.Seen(0).end);
  EXPECT_FALSE(wire.Seen(2).end);
  EXPECT_LE(wire.memory.used_bytes, 10'000U);
}

TEST(StreamLimits, EvictionDeliversWhatItCan) {
  StreamLimits limits = StreamLimits::Default();
  limits.connections_max = 1;
  Wire wire(limits);
  wire.Capture(SegmentOf(1, kData, "a"));
  TcpSegment behind = SegmentOf(1, kData, "c");
  behind.sequence += 2;
  wire.Capture(behind);
  wire.Capture(SegmentOf(2, kData, "b"));
  EXPECT_THAT(wire.Seen(0).events,
              ElementsAre("0:a", "0:[1 global_limit]", "0:c", "evict", "close evicted"));
}

TEST(StreamLimits, BufferedOneByteSegmentsArePaidWithTheirOverhead) {
  StreamLimits limits = StreamLimits::Default();
  limits.flow_buffered_bytes_max = 100 * limits::kPieceBytes;
  auto wire = Wire::Established(limits);
  wire->recorder.keep_events = false;
  for (int i = 0; i < 5000; ++i) {
    wire->Client().Lose("x").Send("y");
  }
  EXPECT_LE(wire->memory.used_bytes, 101 * limits::kPieceBytes + sizeof(Detail) + kConnectionBytes);
}

}  // namespace
}  // namespace trafrec::reassembly::testing
