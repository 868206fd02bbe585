// Holes: what fills them, what gives them up, and order between the two flows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "reassembly/limits.h"
#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using ::testing::ElementsAre;

TEST(StreamTracker, DataBehindAHoleWaits) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("de").Send("fgh");
  EXPECT_EQ(wire->ClientFlow(), "abc");
  EXPECT_EQ(wire->Count("payload.client.buffered_bytes"), 3U);
}

TEST(StreamTracker, UndeliveredSinceIsTheTimeOfTheFirstByteBehindAHole) {
  auto wire = Wire::Established();
  const TimeNs nothing_held = wire->tracker.undelivered_since();
  wire->Client().Send("abc").Lose("de").Send("fgh");
  const TimeNs first_held = wire->now;
  wire->Wait(kNsPerMs);
  wire->Client().Send("ijk");
  EXPECT_THAT((std::array{nothing_held, wire->tracker.undelivered_since()}),
              ElementsAre(std::numeric_limits<TimeNs>::max(), first_held));
}

TEST(StreamTracker, AckThatPassesAHoleMakesItAGapAfterTheGrace) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("de").Send("fgh");
  wire->Server().Ack();
  EXPECT_EQ(wire->ClientFlow(), "abc");
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->ClientFlow(), "abc[2 acknowledged]fgh");
  EXPECT_EQ(wire->Count("gaps.acknowledged.bytes"), 2U);
  EXPECT_EQ(wire->Count("gaps.sent_bytes.client"), 2U);
}

TEST(StreamTracker, AckWithinTheGraceBeforeTheEndSaysThatTheBytesWentBy) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("de").Send("fgh");
  wire->Server().Ack();
  wire->Finish();
  EXPECT_EQ(wire->ClientFlow(), "abc[2 acknowledged]fgh");
}

TEST(StreamTracker, BytesThatCloseAHoleWithinTheGraceAreNotLost) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("de").Send("fgh");
  wire->Server().Ack();
  wire->Wait(limits::kGapGraceNs - 1);
  wire->Client().SendAt(3, "de");
  EXPECT_EQ(wire->ClientFlow(), "abcdefgh");
}

TEST(StreamTracker, ProgressInAHoleBeginsTheGraceAnew) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("defg").Send("hi");
  wire->Server().Ack();
  wire->Wait(limits::kGapGraceNs - 1);
  wire->Client().SendAt(3, "de");
  wire->Wait(limits::kGapGraceNs - 1);
  wire->Client().SendAt(5, "fg");
  EXPECT_EQ(wire->ClientFlow(), "abcdefghi");
}

TEST(StreamTracker, OneAckReleasesAllHolesBelowIt) {
  auto wire = Wire::Established();
  wire->Client().Send("a").Lose("b").Send("c").Lose("d").Send("e");
  wire->Server().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->ClientFlow(), "a[1 acknowledged]c[1 acknowledged]e");
}

TEST(StreamTracker, AckInsideAHoleReleasesOnlyItsPart) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("defg").Send("hi");
  wire->Server().AckAt(5);
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->ClientFlow(), "abc[2 acknowledged]");
  wire->Client().SendAt(5, "fg");
  EXPECT_EQ(wire->ClientFlow(), "abc[2 acknowledged]fghi");
}

TEST(StreamTracker, AckBeyondTheLastByteRevealsALostEnd) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("defgh");
  wire->Server().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->ClientFlow(), "abc[5 acknowledged]");
}

TEST(StreamTracker, LostFinIsNoLostByte) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").LoseFin();
  wire->Server().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  wire->Server().Send("200");
  wire->Finish();
  EXPECT_EQ(wire->ClientFlow(), "abc");
  EXPECT_EQ(wire->ServerFlow(), "200");
  EXPECT_EQ(wire->Count("acked.bytes"), 3U);
}

TEST(StreamTracker, FinOfAFlowThatWasNotCapturedIsNoAcknowledgedByte) {
  auto wire = Wire::Established();
  wire->Client().Lose("abc");
  wire->Server().Ack().Send("200");
  wire->WaitTick(limits::kGapGraceNs);
  wire->Client().LoseFin();
  wire->Server().Ack().Fin();
  wire->Finish();
  EXPECT_EQ(wire->Count("acked.bytes"), 3U);
  EXPECT_EQ(wire->Count("gaps.bytes"), 3U);
}

TEST(StreamTracker, FinThatComesAfterItsAckIsNoAcknowledgedByte) {
  auto wire = Wire::Established();
  wire->Client().Send("abc");
  wire->Server().AckAt(4);
  wire->Client().SendAt(3, "", TcpSegment::kFin);
  wire->Finish();
  EXPECT_EQ(wire->Count("acked.bytes"), 3U);
}

TEST(StreamTracker, LostByteThatLookedLikeAFinIsAGapOnceTheFlowGoesOn) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("d");
  wire->Server().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  wire->Client().Send("ef");
  wire->Server().Ack();
  wire->WaitTick(3 * limits::kGapGraceNs);
  EXPECT_EQ(wire->ClientFlow(), "abc[1 acknowledged]ef");
  EXPECT_EQ(wire->Count("acked.bytes"), 6U);
}

TEST(StreamTracker, AnswerLostWholeIsAnnouncedBeforeTheClose) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  wire->Server().Ack().Lose("HTTP/1.1 200 OK").Fin();
  wire->Client().Fin();
  wire->Server().Ack();
  wire->Finish();
  EXPECT_EQ(wire->ServerFlow(), "[15 acknowledged]");
  EXPECT_EQ(wire->Seen().end->cause, store::CloseCause::kFin);
  EXPECT_EQ(wire->Seen().end->second.gap_bytes, 15U);
}

TEST(StreamTracker, UnacknowledgedHoleIsGivenUpAfterItsTimeout) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("de").Send("fgh");
  wire->Server().AckAt(0);
  wire->WaitTick(limits::kHoleTimeoutNs - 1);
  EXPECT_EQ(wire->ClientFlow(), "abc");
  wire->WaitTick(1);
  EXPECT_EQ(wire->ClientFlow(), "abc[2 timeout]fgh");
}

TEST(StreamTracker, HoleOfACaptureOfOneDirectionIsGivenUpSoon) {
  Wire wire;
  wire.Client().Send("abc").Lose("de").Send("fgh").Lose("i").Send("jk");
  wire.WaitTick(limits::kOneSidedHoleTimeoutNs);
  EXPECT_EQ(wire.ClientFlow(), "abc[2 timeout]fgh[1 timeout]jk");
}

TEST(StreamTracker, HoleAtTheEndOfTheCaptureIsAGap) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("de").Send("fgh");
  wire->Finish();
  EXPECT_EQ(wire->ClientFlow(), "abc[2 closed]fgh");
}

TEST(StreamTracker, HoleIsGivenUpWhenTooMuchWaitsBehindIt) {
  StreamLimits limits = StreamLimits::Default();
  limits.flow_buffered_bytes_max = 2000;
  auto wire = Wire::Established(limits);
  wire->Client().Send("abc").Lose("de");
  wire->Client().Send(std::string(1500, 'x')).Send(std::string(400, 'y'));
  EXPECT_EQ(wire->ClientFlow(),
            "abc[2 stream_limit]" + std::string(1500, 'x') + std::string(400, 'y'));
}

TEST(StreamTracker, CapturedLateAfterItsGapIsNotDelivered) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Lose("de").Send("fgh");
  wire->Server().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  wire->Client().SendAt(3, "de");
  EXPECT_EQ(wire->ClientFlow(), "abc[2 acknowledged]fgh");
}

TEST(StreamTracker, CutPacketIsAChunkAndAGap) {
  auto wire = Wire::Established();
  wire->Client().SendCut("abcdef", 2).Send("gh");
  wire->Finish();
  EXPECT_EQ(wire->ClientFlow(), "ab[4 snaplen]gh");
  EXPECT_TRUE(wire->Seen().end->snaplen_cut);
}

TEST(StreamTracker, WholeCopyFillsACutPacketThatStillWaits) {
  auto wire = Wire::Established();
  wire->Client().Lose("abc").SendCut("defghi", 2).SendAt(4, "efg").SendAt(0, "abc");
  EXPECT_EQ(wire->ClientFlow(), "abcdefg[2 snaplen]");
}

TEST(StreamTracker, AnswerCapturedBeforeItsRequestWaitsForIt) {
  auto wire = Wire::Established();
  wire->Client().Lose("GET");
  wire->Server().Send("200");
  wire->Client().acknowledges = kServerIsn + 1;
  wire->Client().SendAt(0, "GET");
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET", "1:200"));
}

TEST(StreamTracker, AnswerToALostRequestComesAfterTheGap) {
  auto wire = Wire::Established();
  wire->Client().Lose("GET");
  wire->Server().Send("200");
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:[3 acknowledged]", "1:200"));
}

TEST(StreamTracker, NextRequestWaitsForTheAnswerItAcknowledges) {
  auto wire = Wire::Established();
  wire->Client().Send("GET 1");
  wire->Server().Lose("200");
  wire->Client().Send("GET 2");
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET 1"));
  wire->Server().acknowledges = kClientIsn + 6;
  wire->Server().SendAt(0, "200");
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET 1", "1:200", "0:GET 2"));
}

TEST(StreamTracker, FlowsThatWaitForEachOtherGoOn) {
  auto wire = Wire::Established();
  // The request was lost and its copy, sent after the answer had come, acknowledges the answer.
  wire->Client().Lose("GET");
  wire->Server().Send("200");
  wire->Wait(kNsPerMs);
  TcpSegment copy;
  copy.source = MakeEndpoint(1, 40000);
  copy.destination = MakeEndpoint(2, 9200);
  copy.sequence = kClientIsn + 1;
  copy.acknowledgment = kServerIsn + 4;
  copy.flags = TcpSegment::kAck | TcpSegment::kPsh;
  copy.payload = AsBytes("GET");
  copy.payload_wire_bytes = 3;
  wire->recorder.strict_order = false;
  wire->Capture(copy);
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET", "1:200"));
}

TEST(StreamTracker, LossOfManyMegabytesIsOneGap) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").sent += 500'000'000;
  wire->Client().Send("first").Send("second").Send("third").Send("fourth");
  wire->Server().Ack().Ack().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->Seen().delivered_to[0], 500'000'003 + 5 + 6 + 5 + 6U);
  EXPECT_THAT(wire->ClientFlow(), ::testing::EndsWith("acknowledged]thirdfourth"));
}

TEST(StreamTracker, LossOfMoreThanTwoGibibytesIsAGapAndNotThePast) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").sent += 3'000'000'000;
  wire->Client().Send("first").Send("second").Send("third").Send("fourth");
  wire->Server().Ack().Ack().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->Seen().delivered_to[0], 3'000'000'003 + 5 + 6 + 5 + 6U);
  EXPECT_THAT(wire->ClientFlow(), ::testing::EndsWith("acknowledged]thirdfourth"));
}

TEST(StreamTracker, ForgedAckFarAheadIsNotBelieved) {
  auto wire = Wire::Established();
  wire->Client().Send("abc");
  wire->Server().AckAt(900'000'000);
  wire->WaitTick(kNsPerSecond);
  wire->Client().Send("def");
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
}

TEST(StreamTracker, AcknowledgedBytesAreCountedOnce) {
  auto wire = Wire::Established();
  wire->Client().Send("abcdef");
  wire->Server().AckAt(2).AckAt(2).AckAt(6).AckAt(4);
  EXPECT_EQ(wire->Count("acked.bytes"), 6U);
  EXPECT_EQ(wire->Seen().acked_to[0], 6U);
}

TEST(StreamTracker, LossInBothDirectionsKeepsBothFlowsWhole) {
  auto wire = Wire::Established();
  wire->Client().Send("a").Lose("b");
  wire->Server().Send("1").Lose("2").Send("3");
  wire->Client().Send("c");
  wire->Server().Ack();
  wire->WaitTick(limits::kGapGraceNs);
  wire->WaitTick(limits::kGapGraceNs);
  EXPECT_EQ(wire->ClientFlow(), "a[1 acknowledged]c");
  EXPECT_EQ(wire->ServerFlow(), "1[1 acknowledged]3");
}

}  // namespace
}  // namespace trafrec::reassembly::testing
