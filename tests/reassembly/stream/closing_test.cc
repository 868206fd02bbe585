// Ends: FIN, RST, what comes after, and what only looks like an end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/limits.h"
#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using ::testing::ElementsAre;

TEST(StreamTracker, BothFinsAcknowledgedCloseAtOnce) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Fin();
  wire->Server().Send("200").Fin();
  wire->Client().Ack();
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET", "0 end", "1:200", "1 end", "close fin"));
  EXPECT_EQ(wire->Seen().end->first.fin_seq, kClientIsn + 4);
  EXPECT_EQ(wire->Seen().end->second.payload_bytes, 3U);
}

TEST(StreamTracker, DataInFinIsDeliveredBeforeTheEnd) {
  auto wire = Wire::Established();
  wire->Client().Fin("GET");
  wire->Server().Ack();
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET", "0 end"));
}

TEST(StreamTracker, FinBeforeMissingDataDoesNotEndTheStream) {
  auto wire = Wire::Established();
  wire->Server().Send("200 ").Lose("he").Send("llo").Fin();
  EXPECT_EQ(wire->ServerFlow(), "200 ");
  wire->Server().SendAt(4, "he");
  wire->Client().Ack();
  EXPECT_THAT(wire->Seen().events, ElementsAre("1:200 ", "1:he", "1:llo", "1 end"));
}

TEST(StreamTracker, FinWithoutItsAckEndsTheFlowAfterTheGrace) {
  auto wire = Wire::Established();
  wire->Server().Send("200").Fin();
  EXPECT_FALSE(wire->Seen().ended[1]);
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_TRUE(wire->Seen().ended[1]);
}

TEST(StreamTracker, FinIsForgedIfItsSenderGoesOn) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").SendAt(3, "", TcpSegment::kFin).Send("def");
  wire->Server().Ack();
  wire->Finish();
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
  EXPECT_FALSE(wire->Seen().ended[0]);
  EXPECT_FALSE(wire->Seen().end->first.fin_at);
}

TEST(StreamTracker, OneSideMayGoOnAfterTheOtherEnded) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Fin();
  wire->Server().Ack();
  for (int i = 0; i < 3; ++i) {
    wire->WaitTick(60 * kNsPerSecond);
    wire->Server().Send("x");
    wire->Client().Ack();
  }
  EXPECT_EQ(wire->ServerFlow(), "xxx");
}

TEST(StreamTracker, FlowThatEndedBeforeAnyPayloadEndsForTheConsumerToo) {
  auto wire = Wire::Established();
  wire->Client().Fin();
  wire->Server().Ack();
  wire->Server().Send("banner");
  EXPECT_THAT(wire->Seen().events, ElementsAre("0 end", "1:banner"));
}

TEST(StreamTracker, LastAckNotCapturedClosesAfterTheLinger) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Fin();
  wire->Server().Fin();
  wire->WaitTick(limits::kGapGraceNs);
  wire->WaitTick(limits::kClosedLingerNs);
  EXPECT_EQ(wire->Seen().end->cause, store::CloseCause::kFin);
}

TEST(StreamTracker, RetransmissionAfterCloseIsNoNewConnection) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Fin();
  wire->Server().Send("200").Fin();
  wire->Client().Ack();
  wire->Server().SendAt(0, "200").SendAt(3, "", TcpSegment::kFin).Ack().Rst();
  wire->Finish();
  EXPECT_EQ(wire->Count("connections.seen"), 1U);
  EXPECT_EQ(wire->Count("payload.server.after_close_bytes"), 3U);
  EXPECT_EQ(wire->Count("segments.ignored.after_close"), 4U);
}

TEST(StreamTracker, NewNumbersAfterCloseAreANewConnectionInItsMiddle) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Fin();
  wire->Server().Send("200").Fin();
  wire->Client().Ack();
  wire->Client().SendAt(1'500'000'000, "new one", TcpSegment::kPsh);
  wire->Finish();
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->ClientFlow(1), "new one");
}

TEST(StreamTracker, ClosedConnectionIsForgottenAfterTheLinger) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Fin();
  wire->Server().Fin();
  wire->Client().Ack();
  EXPECT_GT(wire->memory.used_bytes, 0U);
  wire->WaitTick(limits::kClosedLingerNs);
  EXPECT_EQ(wire->memory.used_bytes, 0U);
}

TEST(StreamTracker, ResetInTheWindowClosesOnceItHasSettled) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Rst();
  wire->WaitTick(limits::kResetSettleNs);
  EXPECT_EQ(wire->Seen().end->cause, store::CloseCause::kReset);
  EXPECT_EQ(wire->Seen().end->first.rst_seq, kClientIsn + 4);
}

TEST(StreamTracker, ResetAheadOfNextButInTheWindowCloses) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").RstAt(60'000);
  wire->WaitTick(limits::kResetSettleNs);
  EXPECT_EQ(wire->Seen().end->cause, store::CloseCause::kReset);
}

TEST(StreamTracker, WhatWasSentUnseenBeforeAResetIsAGap) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Lose("PUT").Rst();
  wire->WaitTick(limits::kResetSettleNs);
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET", "0:[3 closed]", "close reset"));
  EXPECT_EQ(wire->Seen().end->first.payload_bytes, 6U);
}

TEST(StreamTracker, ResetOutsideTheWindowIsIgnored) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  wire->Server().Ack();
  wire->Client().RstAt(2).RstAt(3 + 64'000 + 2).RstAt(-5);
  wire->WaitTick(limits::kResetSettleNs);
  wire->Client().Send(" /");
  EXPECT_EQ(wire->ClientFlow(), "GET /");
  EXPECT_EQ(wire->Count("segments.ignored.reset_out_of_window"), 3U);
}

TEST(StreamTracker, WindowOfAResetIsScaled) {
  Wire wire;
  wire.Client().window_shift = 7;
  wire.Server().window_shift = 7;
  wire.Handshake();
  wire.Client().Send("GET").RstAt(6'000'000);
  wire.WaitTick(limits::kResetSettleNs);
  EXPECT_EQ(wire.Seen().end->cause, store::CloseCause::kReset);
}

TEST(StreamTracker, DataInFlightAtAResetIsDelivered) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  wire->Server().Send("first ");
  wire->Client().Rst();
  wire->Server().Send("in flight");
  wire->WaitTick(limits::kResetSettleNs);
  EXPECT_EQ(wire->ServerFlow(), "first in flight");
  EXPECT_EQ(wire->Seen().end->cause, store::CloseCause::kReset);
}

TEST(StreamTracker, ResetIsForgedIfItsSenderGoesOn) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Rst();
  wire->Wait(kNsPerMs);
  wire->Client().Send(" /");
  wire->Server().Send("200");
  wire->WaitTick(limits::kResetSettleNs);
  wire->Client().Send(" more");
  wire->Finish();
  ASSERT_EQ(wire->recorder.connections.size(), 1U);
  EXPECT_EQ(wire->ClientFlow(), "GET / more");
  EXPECT_EQ(wire->Seen().end->cause, store::CloseCause::kEndOfCapture);
  EXPECT_EQ(wire->Count("connections.resets_withdrawn"), 1U);
}

TEST(StreamTracker, ResetIsForgedIfItsSenderGoesOnReceiving) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Rst();
  wire->Wait(kNsPerMs);
  wire->Server().Send("200");
  wire->Client().Ack();
  wire->WaitTick(limits::kResetSettleNs);
  EXPECT_FALSE(wire->Seen().end);
}

TEST(StreamTracker, DataAfterASettledResetIsNotLost) {
  auto wire = Wire::Established();
  wire->Client().Send("GET").Rst();
  wire->WaitTick(limits::kResetSettleNs);
  wire->Client().Send(" again");
  wire->Finish();
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->ClientFlow(1), " again");
}

TEST(StreamTracker, StrayResetOpensNothing) {
  Wire wire;
  wire.Client().Rst();
  wire.Finish();
  EXPECT_EQ(wire.Count("connections.seen"), 0U);
  EXPECT_EQ(wire.Count("segments.ignored.stray_reset"), 1U);
}

TEST(StreamTracker, PiecesBehindHolesAreDeliveredAtAReset) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("de").Send("fgh").Rst();
  wire->WaitTick(limits::kResetSettleNs);
  EXPECT_EQ(wire->ClientFlow(), "abc[2 closed]fgh");
}

TEST(StreamTracker, OneDirectionAloneClosesAfterItsFin) {
  Wire wire;
  wire.Client().Send("GET").Fin();
  wire.WaitTick(limits::kGapGraceNs);
  wire.WaitTick(limits::kClosedLingerNs);
  EXPECT_EQ(wire.Seen().end->cause, store::CloseCause::kFin);
}

TEST(StreamTracker, SilenceClosesAfterTheIdleTimeout) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  const TimeNs last = wire->now;
  wire->WaitTick(limits::kIdleTimeoutNs - 1);
  EXPECT_FALSE(wire->Seen().end);
  wire->WaitTick(1);
  EXPECT_EQ(wire->Seen().end->cause, store::CloseCause::kIdleTimeout);
  EXPECT_EQ(wire->Seen().end->at, last);
}

TEST(StreamTracker, KeepAlivesKeepAConnection) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  for (int i = 0; i < 3; ++i) {
    wire->WaitTick(limits::kIdleTimeoutNs - 1);
    wire->Client().SendAt(2, "");
  }
  EXPECT_FALSE(wire->Seen().end);
}

TEST(StreamTracker, EndOfCaptureClosesInOrderOfOpening) {
  Wire wire;
  for (uint16_t port = 1; port <= 3; ++port) {
    TcpSegment segment;
    segment.source = MakeEndpoint(1, port);
    segment.destination = MakeEndpoint(2, 9200);
    segment.flags = TcpSegment::kAck | TcpSegment::kPsh;
    segment.payload = AsBytes("x");
    segment.payload_wire_bytes = 1;
    wire.Capture(segment);
  }
  wire.Finish();
  EXPECT_EQ(wire.Seen(2).end->cause, store::CloseCause::kEndOfCapture);
  EXPECT_EQ(wire.Count("connections.closed.end_of_capture"), 3U);
}

}  // namespace
}  // namespace trafrec::reassembly::testing
