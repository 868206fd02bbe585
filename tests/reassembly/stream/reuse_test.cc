#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "wire.h"

// Ports that are used again though no SYN of the new connection was captured.

namespace trafrec::reassembly::testing {
namespace {

/// From now on both ends speak with other numbers, as after a handshake that was lost.
void LoseHandshake(Wire& wire, uint32_t client, uint32_t server) {
  wire.Client().sent = client;
  wire.Server().sent = server;
}

TEST(StreamReuse, NewNumbersOfBothEndsAreANewConnectionThoughBothSynsWereLost) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  wire->Server().Send("answer");
  LoseHandshake(*wire, 900'000'000, 3'000'000'000);
  wire->Client().Send("new");
  wire->Server().Send("other answer");
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->ClientFlow(0), "old");
  EXPECT_EQ(wire->ClientFlow(1), "new");
  EXPECT_EQ(wire->ServerFlow(1), "other answer");
  EXPECT_EQ(wire->Count("gaps.bytes"), 0U);
}

TEST(StreamReuse, OneSegmentWithForgedNumbersHarmsNoConnection) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  const uint32_t sent = wire->Client().sent;
  wire->Client().acknowledges = 3'000'000'000;
  wire->Client().sent = 900'000'000;
  wire->Client().Send("forged");
  wire->Client().acknowledges.reset();
  wire->Client().sent = sent;
  wire->Client().Send(" /a");
  wire->Server().Send("200");
  EXPECT_EQ(wire->ClientFlow(0), "GET /a");
  EXPECT_EQ(wire->ServerFlow(0), "200");
}

TEST(StreamReuse, ManySegmentsWithForgedNumbersHarmNoConnection) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  const uint32_t sent = wire->Client().sent;
  for (uint32_t i = 0; i < 20; ++i) {
    wire->Client().acknowledges = 3'000'000'000 - i * 100'000'000;
    wire->Client().sent = 900'000'000 + i * 100'000'000;
    wire->Client().Send("forged");
  }
  wire->Client().acknowledges.reset();
  wire->Client().sent = sent;
  wire->Client().Send(" /a");
  EXPECT_EQ(wire->ClientFlow(0), "GET /a");
}

TEST(StreamReuse, JumpOfOneFlowAloneIsNoNewConnection) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  wire->Server().sent += 1'000'000'000;
  wire->Client().Ack().Send("next");
  EXPECT_EQ(wire->recorder.connections.size(), 1U);
}

TEST(StreamReuse, NumberThatIsNearByChanceDoesNotJoinTwoConnections) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  wire->Server().Send("answer");
  LoseHandshake(*wire, wire->Client().sent + 2 * limits::kReuseBytes, 3'000'000'000);
  wire->Client().Send("new");
  wire->Server().Send("other answer");
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->ClientFlow(1), "new");
  EXPECT_EQ(wire->ServerFlow(1), "other answer");
}

TEST(StreamReuse, ThirdConnectionReplacesTheOneThatWasSilentLonger) {
  auto wire = Wire::Established();
  wire->Client().Send("first");
  wire->Wait(kNsPerSecond);
  LoseHandshake(*wire, 900'000'000, 3'000'000'000);
  wire->Client().Send("second");
  wire->Server().Ack();
  wire->Wait(kNsPerSecond);
  LoseHandshake(*wire, 2'000'000'000, 1'000'000'000);
  wire->Client().Send("third");
  ASSERT_EQ(wire->recorder.connections.size(), 3U);
  EXPECT_EQ(wire->Seen(0).end->cause, store::CloseCause::kReplaced);
  EXPECT_FALSE(wire->Seen(1).end);
  EXPECT_EQ(wire->ClientFlow(2), "third");
}

TEST(StreamReuse, ConnectionGoesOnWhenTheOneBeforeItIsForgotten) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  wire->Wait(limits::kIdleTimeoutNs / 2);
  LoseHandshake(*wire, 900'000'000, 3'000'000'000);
  wire->Client().Send("new");
  wire->WaitTick(limits::kIdleTimeoutNs / 2);
  wire->Client().Send(" more");
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->Seen(0).end->cause, store::CloseCause::kIdleTimeout);
  EXPECT_EQ(wire->ClientFlow(1), "new more");
}

TEST(StreamReuse, LateCopyOfTheLostSynBelongsToTheNewConnection) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  LoseHandshake(*wire, 900'000'001, 3'000'000'001);
  wire->Client().Send("new");
  wire->Client().isn = 900'000'000;
  wire->Client().sent = 900'000'000;
  wire->Client().Syn();
  wire->Client().sent = 900'000'004;
  wire->Client().Send(" more");
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->ClientFlow(1), "new more");
}

TEST(StreamReuse, LateCopyOfTheLostSynGoesToTheNearestConnection) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  const uint32_t isn = wire->Client().isn + 3 * limits::kReuseBytes;
  LoseHandshake(*wire, isn + 1, 3'000'000'001);
  wire->Client().Send("new");
  wire->Client().isn = isn;
  wire->Client().Syn();
  wire->Client().sent = isn + 4;
  wire->Client().Send(" more");
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_FALSE(wire->Seen(0).end);
  EXPECT_EQ(wire->ClientFlow(1), "new more");
}

TEST(StreamReuse, ConnectionOfWhichOnlyAnAckWasCapturedIsToldByOneNumber) {
  Wire wire;
  wire.Client().sent = 75;
  wire.Server().sent = 500'000'000;
  wire.Client().Ack();
  LoseHandshake(wire, 900'000'000, 1'000'000'000);
  wire.Server().Send("answer");
  wire.Client().Send("next");
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.ServerFlow(0), "answer");
  EXPECT_EQ(wire.ClientFlow(0), "next");
}

TEST(StreamReuse, ResetEndsTheConnectionThatItIsNearTo) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  LoseHandshake(*wire, 900'000'001, 3'000'000'001);
  wire->Client().Send("new").Rst();
  wire->WaitTick(limits::kResetSettleNs);
  EXPECT_FALSE(wire->Seen(0).end);
  EXPECT_EQ(wire->Seen(1).end->cause, store::CloseCause::kReset);
}

TEST(StreamReuse, SynBeginsANewConnectionBesideBoth) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  LoseHandshake(*wire, 900'000'000, 3'000'000'000);
  wire->Client().Send("new");
  wire->Client().isn = 7'000;
  wire->Server().isn = 8'000;
  wire->Handshake();
  wire->Client().Send("newest");
  ASSERT_EQ(wire->recorder.connections.size(), 3U);
  EXPECT_EQ(wire->ClientFlow(2), "newest");
}

}  // namespace
}  // namespace trafrec::reassembly::testing
