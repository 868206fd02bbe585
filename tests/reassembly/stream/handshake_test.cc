// Beginnings: who is the client, where the flows start, what a SYN on known addresses means.

#include <gtest/gtest.h>

#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

TEST(StreamTracker, HandshakeTellsClientNumbersAndRoundTrip) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  wire->Finish();
  const SeenConnection& seen = wire->Seen();
  EXPECT_EQ(seen.info.client, Flow::kFirst);
  EXPECT_EQ(seen.info.first, MakeEndpoint(1, 40000));
  EXPECT_EQ(seen.info.first_isn, kClientIsn);
  EXPECT_EQ(seen.info.second_isn, kServerIsn);
  EXPECT_EQ(seen.end->handshake_ns, 2 * kNsPerMs);
}

TEST(StreamTracker, ConnectionWithoutPayloadHasNoConsumer) {
  auto wire = Wire::Established();
  wire->Client().Fin();
  wire->Server().Fin();
  wire->Client().Ack();
  wire->Finish();
  EXPECT_EQ(wire->recorder.connections.size(), 0U);
  EXPECT_EQ(wire->Count("connections.no_data"), 1U);
  EXPECT_EQ(wire->Count("connections.closed.fin"), 1U);
}

TEST(StreamTracker, SynAckAloneNamesTheClient) {
  Wire wire;
  wire.Server().SynAck();
  wire.Client().Ack().Send("GET");
  EXPECT_EQ(wire.Seen().info.client, Flow::kSecond);
  EXPECT_EQ(wire.Seen().info.first_isn, kServerIsn);
  EXPECT_EQ(wire.ClientFlow(), "GET");
}

TEST(StreamTracker, MissingSynAckLosesNothing) {
  Wire wire;
  wire.Client().Syn();
  wire.Client().Ack().Send("GET");
  wire.Server().Send("200");
  EXPECT_EQ(wire.ClientFlow(), "GET");
  EXPECT_EQ(wire.ServerFlow(), "200");
  EXPECT_EQ(wire.Seen().info.client, Flow::kFirst);
  EXPECT_EQ(wire.Seen().info.second_isn, std::nullopt);
}

TEST(StreamTracker, SynAckCapturedLateGivesItsNumber) {
  Wire wire;
  wire.Client().Syn();
  wire.Client().Ack().Send("GET");
  wire.Server().SynAck().Send("200");
  wire.Finish();
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.Seen().end->second_isn, kServerIsn);
  EXPECT_EQ(wire.ServerFlow(), "200");
}

TEST(StreamTracker, SynCapturedAfterItsSynAckBelongsToIt) {
  Wire wire;
  wire.Server().SynAck();
  wire.Client().Syn().Ack().Send("GET");
  wire.Finish();
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.Seen().info.second_isn, kClientIsn);
  EXPECT_EQ(wire.Count("connections.seen"), 1U);
}

TEST(StreamTracker, SynCapturedAfterItsDataBelongsToIt) {
  Wire wire;
  wire.Client().Send("GET").SendAt(0, "").Syn();
  wire.Client().sent = kClientIsn + 4;
  wire.Client().Send(" /");
  wire.Finish();
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.ClientFlow(), "GET /");
}

TEST(StreamTracker, MidStreamClientFirst) {
  Wire wire;
  wire.Client().Send("GET");
  wire.Server().Send("200");
  EXPECT_EQ(wire.ClientFlow(), "GET");
  EXPECT_EQ(wire.ServerFlow(), "200");
  EXPECT_EQ(wire.Seen().info.client, std::nullopt);
  EXPECT_EQ(wire.Count("connections.mid_stream"), 1U);
  EXPECT_EQ(wire.Count("payload.unknown.delivered_bytes"), 6U);
}

TEST(StreamTracker, MidStreamServerFirst) {
  Wire wire;
  wire.Server().Send("half of an answer");
  wire.Client().Send("GET");
  wire.Server().Send("200");
  EXPECT_EQ(wire.ServerFlow(), "half of an answer200");
  EXPECT_EQ(wire.ClientFlow(), "GET");
}

TEST(StreamTracker, MidStreamKeepAliveProbeDoesNotSpoilTheNextRequest) {
  Wire wire;
  wire.Client().SendAt(-1, std::string_view("\0", 1));
  wire.Server().Ack();
  wire.Client().Send("GET");
  EXPECT_EQ(wire.ClientFlow(), "GET");
  EXPECT_EQ(wire.Seen().chunks[0].at(0).offset, 0U);
}

TEST(StreamTracker, MidStreamEmptyKeepAliveProbeLeavesNoHole) {
  Wire wire;
  wire.Client().SendAt(-1, "");
  wire.Server().Ack();
  wire.Client().Send("GET");
  EXPECT_EQ(wire.ClientFlow(), "GET");
}

TEST(StreamTracker, MidStreamAckOfPeerSaysWhereTheFlowStarts) {
  Wire wire;
  wire.Server().Ack();
  wire.Client().SendAt(-3, "oldGET");
  EXPECT_EQ(wire.ClientFlow(), "GET");
  EXPECT_EQ(wire.Count("payload.unknown.out_of_window_bytes"), 3U);
}

TEST(StreamTracker, DataInSynIsTheFirstData) {
  Wire wire;
  wire.Client().Syn("GET /");
  wire.Server().SynAck();
  wire.Client().Ack();
  wire.Server().Send("200");
  wire.Client().Send(" more");
  wire.Finish();
  EXPECT_EQ(wire.ClientFlow(), "GET / more");
  EXPECT_TRUE(wire.Seen().end->handshake_ns.has_value());
}

TEST(StreamTracker, DataInSynThatTheServerRefusedComesAgain) {
  Wire wire;
  wire.Client().Syn("GET").sent = kClientIsn + 1;
  wire.Server().SynAck();
  wire.Client().Ack().Send("GET").Send(" /");
  EXPECT_EQ(wire.ClientFlow(), "GET /");
}

TEST(StreamTracker, AnswerToDataInASynMayComeBeforeTheHandshakeEnds) {
  Wire wire;
  wire.Client().Syn("GET");
  wire.Server().SynAck().Send("200").Fin();
  wire.Client().Ack().Fin();
  wire.Finish();
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.ClientFlow(), "GET");
  EXPECT_EQ(wire.ServerFlow(), "200");
  EXPECT_TRUE(wire.Seen().info.second_from_start);
}

TEST(StreamTracker, DataInASynAckIsTheFirstOfItsFlow) {
  Wire wire;
  wire.Client().Syn();
  wire.Server().SynAck("220 ");
  wire.Client().Ack();
  wire.Server().Send("ready");
  wire.Finish();
  EXPECT_EQ(wire.ServerFlow(), "220 ready");
}

TEST(StreamTracker, RetransmittedSynIsTheSameConnection) {
  Wire wire;
  wire.Client().Syn().Syn();
  wire.Server().SynAck();
  wire.Client().Ack().Send("GET");
  wire.Finish();
  EXPECT_EQ(wire.Count("connections.seen"), 1U);
}

TEST(StreamTracker, ReusedTupleStartsNewStream) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  wire->Client().isn = 900'000;
  wire->Server().isn = 800'000;
  wire->Handshake();
  wire->Client().Send("new");
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->Seen(0).end->cause, store::CloseCause::kReplaced);
  EXPECT_EQ(wire->ClientFlow(0), "old");
  EXPECT_EQ(wire->ClientFlow(1), "new");
}

TEST(StreamTracker, ReusedTupleSeenOnlyByItsSynAckStartsNewStream) {
  auto wire = Wire::Established();
  wire->Client().Send("old");
  wire->Client().isn = 900'000'000;
  wire->Client().sent = 900'000'001;
  wire->Server().isn = 800'000'000;
  wire->Server().SynAck();
  wire->Client().Ack().Send("new");
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->ClientFlow(1), "new");
}

TEST(StreamTracker, SynAckThatAcknowledgesMoreThanASynIsOfAReusedTupleHoweverNearItsNumber) {
  auto wire = Wire::Established();
  wire->Client().Send(std::string(4000, 'o'));
  wire->Client().isn = kClientIsn + 3000;
  wire->Client().sent = wire->Client().isn + 1;
  wire->Server().isn = 800'000'000;
  wire->Server().SynAck();
  wire->Client().Ack().Send("new");
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->ClientFlow(1), "new");
}

TEST(StreamTracker, ReusedTupleAfterCloseStartsNewStream) {
  auto wire = Wire::Established();
  wire->Client().Send("old").Fin();
  wire->Server().Fin();
  wire->Client().Ack();
  wire->Client().isn = 900'000;
  wire->Server().isn = 800'000;
  wire->Handshake();
  wire->Client().Send("new");
  EXPECT_EQ(wire->Seen(0).end->cause, store::CloseCause::kFin);
  EXPECT_EQ(wire->ClientFlow(1), "new");
}

TEST(StreamTracker, SimultaneousOpenIsOneConnection) {
  Wire wire;
  wire.Client().Syn();
  wire.Server().Syn();
  wire.Client().SynAck();
  wire.Server().SynAck();
  wire.Client().Send("a");
  wire.Server().Send("b");
  wire.Finish();
  ASSERT_EQ(wire.Count("connections.seen"), 1U);
  EXPECT_EQ(wire.ClientFlow(), "a");
  EXPECT_EQ(wire.ServerFlow(), "b");
}

TEST(StreamTracker, OfTwoSynAcksTheOneThatTheClientTakesCounts) {
  for (const bool takes_second : {false, true}) {
    Wire wire;
    wire.Client().Syn();
    wire.Server().SynAck();
    wire.Server().isn = 70'000;
    wire.Server().SynAck();
    wire.Server().isn = takes_second ? 70'000 : kServerIsn;
    wire.Server().sent = wire.Server().isn + 1;
    wire.Client().Ack().Send("GET");
    wire.Server().Send("200");
    wire.Finish();
    ASSERT_EQ(wire.Count("connections.seen"), 1U);
    EXPECT_EQ(wire.ServerFlow(), "200");
    EXPECT_EQ(wire.Seen().end->second_isn, wire.Server().isn);
  }
}

TEST(StreamTracker, SynAckWithOtherNumberIsIgnoredOnceOneWasTaken) {
  auto wire = Wire::Established();
  wire->Client().Send("GET");
  wire->Server().isn = 70'000;
  const uint32_t sent = wire->Server().sent;
  wire->Server().SynAck();
  wire->Server().isn = kServerIsn;
  wire->Server().sent = sent;
  wire->Server().Send("200");
  EXPECT_EQ(wire->ServerFlow(), "200");
  EXPECT_EQ(wire->Count("segments.ignored.stray_syn"), 1U);
}

TEST(StreamTracker, ForgedEndsBeforeTheSynAckAreIgnored) {
  Wire wire;
  wire.Client().Syn();
  TcpSegment forged;
  forged.source = MakeEndpoint(2, 9200);
  forged.destination = MakeEndpoint(1, 40000);
  forged.acknowledgment = kClientIsn + 1;
  forged.flags = TcpSegment::kRst | TcpSegment::kAck;
  wire.Capture(forged);
  forged.flags = TcpSegment::kFin | TcpSegment::kAck;
  wire.Capture(forged);
  wire.Client().Rst();
  wire.Server().SynAck();
  wire.Client().Ack().Send("GET");
  wire.Server().Send("200");
  wire.WaitTick(2 * kNsPerSecond);
  wire.Client().Send(" again");
  wire.Finish();
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.ClientFlow(), "GET again");
  EXPECT_EQ(wire.ServerFlow(), "200");
  EXPECT_EQ(wire.Seen().end->cause, store::CloseCause::kEndOfCapture);
}

TEST(StreamTracker, RefusedConnectionCountsAsReset) {
  Wire wire;
  wire.Client().Syn();
  TcpSegment refusal;
  refusal.source = MakeEndpoint(2, 9200);
  refusal.destination = MakeEndpoint(1, 40000);
  refusal.acknowledgment = kClientIsn + 1;
  refusal.flags = TcpSegment::kRst | TcpSegment::kAck;
  wire.Capture(refusal);
  wire.Finish();
  EXPECT_EQ(wire.Count("connections.closed.reset"), 1U);
}

TEST(StreamTracker, FlowIsKnownFromItsStartByTheAckThatEndsTheHandshake) {
  Wire wire;
  wire.Client().Syn();
  wire.Client().acknowledges = kServerIsn + 1;
  wire.Client().Send("GET");
  EXPECT_TRUE(wire.Seen().info.second_from_start);
}

TEST(StreamTracker, FlowIsNotTakenFromItsStartByALaterAck) {
  Wire wire;
  wire.Client().Syn().Lose("GET1");
  wire.Client().acknowledges = kServerIsn + 1 + 129;
  wire.Client().Send("GET2");
  wire.Server().AckAt(4).AckAt(8);
  wire.WaitTick(kNsPerSecond);
  EXPECT_FALSE(wire.Seen().info.second_from_start);
}

TEST(StreamTracker, LateCopyOfAMissedSynDoesNotSplitTheConnection) {
  Wire wire;
  wire.Client().sent = kClientIsn + 1;
  wire.Server().sent = kServerIsn + 1;
  wire.Client().Lose("GET1");
  const uint32_t sent = wire.Client().Send("GET2").sent;
  wire.Client().Syn().sent = sent;
  wire.Client().Send("GET3");
  EXPECT_EQ(wire.recorder.connections.size(), 1U);
}

TEST(StreamTracker, LateCopyOfAMissedSynOpensNothingBehindTheEndEither) {
  Wire wire;
  wire.Client().sent = kClientIsn + 1;
  wire.Server().sent = kServerIsn + 1;
  wire.Client().Lose("GET1").Send("GET2");
  wire.Server().Send("200").Fin();
  wire.Client().Fin();
  wire.Server().Ack();
  wire.Client().Syn().SendAt(0, "GET1");
  EXPECT_EQ(wire.recorder.connections.size(), 1U);
}

TEST(StreamTracker, LateCopyOfAMissedSynAckOpensNothing) {
  Wire wire;
  wire.Client().Syn();
  wire.Server().sent = kServerIsn + 1;
  wire.Client().Ack().Send("GET");
  wire.Server().Send("200").Fin();
  wire.Client().Fin();
  wire.Server().Ack();
  wire.Server().SynAck().SendAt(0, "200");
  EXPECT_EQ(wire.recorder.connections.size(), 1U);
}

}  // namespace
}  // namespace trafrec::reassembly::testing
