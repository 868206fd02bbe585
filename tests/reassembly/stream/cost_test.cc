// Work per segment, in steps: no input may cost more than O(log n) a segment and a step or so a
// byte.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

std::unique_ptr<Wire> Quiet() {
  auto wire = Wire::Established();
  wire->recorder.keep_events = false;
  wire->check_sums = false;
  return wire;
}

TEST(StreamCost, OrdinarySegmentsTakeNoSteps) {
  auto wire = Quiet();
  for (int i = 0; i < 1000; ++i) {
    wire->Client().Send("request");
    wire->Server().Send("answer");
  }
  EXPECT_EQ(wire->Count("stream.steps"), 0U);
}

TEST(StreamCost, OneHoleThenAThousandSegments) {
  auto wire = Quiet();
  const std::string block(1448, 'x');
  wire->Client().Lose("hole");
  for (int i = 0; i < 1000; ++i) {
    wire->Client().Send(block);
  }
  wire->Server().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->Seen().delivered_to[0], 4 + 1'448'000U);
  EXPECT_LE(wire->Count("stream.steps"), 4 * 1000U);
}

TEST(StreamCost, OneHoleThenAThousandOffloadedSegments) {
  auto wire = Quiet();
  const std::string block(65'000, 'x');
  wire->Client().Lose("hole");
  for (int i = 0; i < 100; ++i) {
    wire->Client().Send(block);
  }
  wire->Client().SendAt(0, "hole");
  for (int i = 0; i < 900; ++i) {
    wire->Client().Send(block);
  }
  EXPECT_EQ(wire->Seen().delivered_to[0], 4 + 65'000'000U);
  EXPECT_LE(wire->Count("stream.steps"), 4 * 1000U);
}

TEST(StreamCost, OneByteSegmentsBackwards) {
  auto wire = Quiet();
  constexpr int kBytes = 20'000;
  for (int i = kBytes - 1; i >= 0; --i) {
    wire->Client().SendAt(i, "x");
  }
  EXPECT_EQ(wire->Seen().delivered_to[0], uint64_t{kBytes});
  EXPECT_LE(wire->Count("stream.steps"), 4 * uint64_t{kBytes});
}

TEST(StreamCost, LargeSegmentsOverAHolePerByte) {
  auto wire = Quiet();
  constexpr int kBytes = 60'000;
  const std::string block(kBytes, 'x');
  wire->Server().Ack();
  for (int i = 1; i < kBytes; i += 2) {
    wire->Client().SendAt(i + 1, "x");
  }
  uint64_t bytes = kBytes / 2;
  for (int i = 0; i < 200; ++i) {
    wire->Client().SendAt(2, block);
    bytes += kBytes;
  }
  EXPECT_LE(wire->Count("stream.steps"), bytes / 10 + 8 * uint64_t{kBytes});
}

TEST(StreamCost, ManyHolesAcknowledgedAtOnce) {
  auto wire = Quiet();
  for (int i = 0; i < 10'000; ++i) {
    wire->Client().Lose("x").Send("y");
  }
  wire->Server().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->Seen().delivered_to[0], 20'000U);
  EXPECT_LE(wire->Count("stream.steps"), 6 * 10'000U);
}

TEST(StreamCost, RetransmissionsOfOldBytesLookBackOnlySoFar) {
  auto wire = Quiet();
  for (int i = 0; i < 5'000; ++i) {
    wire->Client().Send("x");
  }
  for (int i = 0; i < 1'000; ++i) {
    wire->Client().SendAt(0, "xx");
  }
  EXPECT_LE(wire->Count("stream.steps"), 1'000U * (limits::kRecentSteps + 2));
}

}  // namespace
}  // namespace trafrec::reassembly::testing
