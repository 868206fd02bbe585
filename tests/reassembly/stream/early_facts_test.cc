// What packets say of bytes that wait for others, before any byte of the connection was delivered.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(StreamTracker, AckOfBytesBehindAHoleIsKeptUntilTheFirstAreDelivered) {
  auto wire = Wire::Established();
  wire->Client().Lose("GE");
  wire->Client().Send("T");
  wire->Wait(kNsPerMs);
  wire->Server().AckAt(2);
  wire->Wait(kNsPerMs);
  wire->Server().Ack();
  wire->Wait(kNsPerMs);
  wire->Client().SendAt(0, "GE");
  EXPECT_EQ(wire->ClientFlow(), "GET");
  EXPECT_THAT(wire->Seen().acks, ElementsAre("0 to 2 by 1003 at +4ms", "0 to 3 by 1004 at +5ms"));
}

TEST(StreamTracker, AckByAnAnswerThatWaitsForItsRequestIsKept) {
  auto wire = Wire::Established();
  wire->Client().Lose("GET");
  wire->Server().Send("200");
  wire->Client().Ack();
  wire->Wait(kNsPerMs);
  wire->Client().SendAt(0, "GET");
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET", "1:200"));
  EXPECT_THAT(wire->Seen().acks, ElementsAre("0 to 3 by 1004 at +3ms", "1 to 3 by 5004 at +3ms"));
}

TEST(StreamTracker, AckOfFirstBytesThatWereNeverCapturedIsKept) {
  auto wire = Wire::Established();
  wire->Client().Lose("GET");
  wire->Server().Ack();
  wire->WaitTick(2 * limits::kGapGraceNs);
  EXPECT_EQ(wire->ClientFlow(), "[3 acknowledged]");
  EXPECT_THAT(wire->Seen().acks, ElementsAre("0 to 3 by 1004 at +3ms"));
}

TEST(StreamTracker, AckAheadOfTheFirstBytesOfAConnectionThatBeganInTheMiddleIsKept) {
  Wire wire;
  wire.Server().Ack();  // so the client's flow is the second one
  wire.Wait(kNsPerMs);
  wire.Client().Lose("GET");
  wire.Server().Ack();
  wire.Wait(kNsPerMs);
  wire.Client().SendAt(0, "GET");
  EXPECT_EQ(wire.ClientFlow(), "GET");
  EXPECT_THAT(wire.Seen().acks, ElementsAre("1 to 3 by 1004 at +1ms"));
}

TEST(StreamTracker, CopyOfBytesBehindAHoleIsKeptUntilTheFirstAreDelivered) {
  auto wire = Wire::Established();
  wire->Client().Lose("GE");
  wire->Client().Send("T");
  wire->Client().SendAt(2, "X");
  wire->Client().SendAt(0, "GE");
  EXPECT_EQ(wire->ClientFlow(), "GET");
  EXPECT_THAT(wire->Seen().copies, ElementsAre("0 2+1 conflict"));
}

TEST(StreamTracker, FactsThatWaitAreBounded) {
  auto wire = Wire::Established();
  wire->Client().Lose("x");
  wire->Client().Send(std::string(1000, 'y'));
  const size_t before = wire->memory.used_bytes;
  for (size_t i = 0; i < 3 * limits::kAheadFacts; ++i) {
    wire->Client().SendAt(1, "y");
  }
  EXPECT_LE(wire->memory.used_bytes - before, limits::kAheadFacts * 64);
  wire->Client().SendAt(0, "x");
  EXPECT_THAT(wire->Seen().copies, SizeIs(limits::kAheadFacts));
}

TEST(StreamTracker, AckOfNoByteMakesNoConnectionThatCarriedData) {
  auto wire = Wire::Established();
  wire->Client().LoseFin();
  wire->Server().Ack();
  wire->WaitTick(2 * limits::kGapGraceNs);
  wire->Finish();
  EXPECT_EQ(wire->Count("connections.no_data"), 1U);
}

}  // namespace
}  // namespace trafrec::reassembly::testing
