// Bytes of one flow: order, copies, wrap, odd segments.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "reassembly/limits.h"
#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StreamTracker, BytesInOrderAreDeliveredAtOnce) {
  auto wire = Wire::Established();
  wire->Client().Send("GET ").Send("/");
  EXPECT_THAT(wire->Seen().events, ElementsAre("0:GET ", "0:/"));
}

TEST(StreamTracker, ChunkSaysWhereItCameFrom) {
  auto wire = Wire::Established();
  wire->Client().Send("12345");
  wire->Server().Send("abc");
  wire->Client().Send("678");
  const Chunk& chunk = wire->Seen().chunks[0].at(1);
  EXPECT_EQ(chunk.offset, 5U);
  EXPECT_EQ(chunk.sequence, kClientIsn + 6);
  EXPECT_EQ(chunk.acknowledgment, kServerIsn + 4);
  EXPECT_EQ(chunk.peer_offset, 3U);
  EXPECT_EQ(chunk.at, wire->now);
  EXPECT_TRUE(chunk.packet_start);
}

TEST(StreamTracker, SegmentsOutOfOrderAreDeliveredInOrder) {
  auto wire = Wire::Established();
  wire->Client().Delay("first ").Send("second");
  EXPECT_EQ(wire->ClientFlow(), "first second");
}

TEST(StreamTracker, ExactRetransmissionIsDeliveredOnce) {
  auto wire = Wire::Established();
  wire->Client().Send("abcdef").SendAt(0, "abcdef");
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
  EXPECT_THAT(wire->Seen().copies, ElementsAre("0 0+6"));
  EXPECT_EQ(wire->Count("payload.client.duplicate_bytes"), 6U);
}

TEST(StreamTracker, LargerRetransmissionBringsItsNewBytesOnly) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").SendAt(0, "abcdef");
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
  EXPECT_FALSE(wire->Seen().chunks[0].at(1).packet_start);
}

TEST(StreamTracker, OverlappingRetransmissionBringsItsNewBytesOnly) {
  auto wire = Wire::Established();
  wire->Client().Send("abcd").SendAt(2, "cdef").SendAt(5, "fg");
  EXPECT_EQ(wire->ClientFlow(), "abcdefg");
  EXPECT_THAT(wire->Seen().copies, ElementsAre("0 2+2", "0 5+1"));
}

TEST(StreamTracker, SmallerRetransmissionBringsNothing) {
  auto wire = Wire::Established();
  wire->Client().Send("abcdef").SendAt(2, "cd");
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
  EXPECT_THAT(wire->Seen().copies, ElementsAre("0 2+2"));
}

TEST(StreamTracker, RetransmissionMayFillSeveralHolesAtOnce) {
  auto wire = Wire::Established();
  wire->Client().SendAt(1, "b").SendAt(3, "d").SendAt(5, "f").SendAt(0, "abcdef");
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
}

TEST(StreamTracker, FirstCopyWinsAgainstDeliveredBytes) {
  auto wire = Wire::Established();
  wire->Client().Send("abcdef").SendAt(2, "XY");
  wire->Finish();
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
  EXPECT_THAT(wire->Seen().copies, ElementsAre("0 2+2 conflict"));
  EXPECT_EQ(wire->Count("payload.client.conflict_bytes"), 2U);
  EXPECT_TRUE(wire->Seen().end->overlap_conflict);
}

TEST(StreamTracker, OnlyBytesThatDifferAreInConflict) {
  auto wire = Wire::Established();
  wire->Client().Send("abcd").SendAt(6, "ghij").SendAt(0, "aXcd").SendAt(6, "gYZj");
  EXPECT_EQ(wire->Count("payload.client.conflict_bytes"), 3U);
  EXPECT_EQ(wire->Count("payload.client.duplicate_bytes"), 5U);
}

TEST(StreamTracker, FirstCopyWinsAmongBufferedBytes) {
  auto wire = Wire::Established();
  wire->Client().SendAt(2, "cd").SendAt(1, "XYZW").SendAt(0, "ab");
  wire->Finish();
  EXPECT_EQ(wire->ClientFlow(), "aXcdW");
  EXPECT_TRUE(wire->Seen().end->overlap_conflict);
}

TEST(StreamTracker, ConflictIsFoundAcrossSegmentBounds) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Send("def").Send("ghi").SendAt(1, "bcdeXg");
  EXPECT_THAT(wire->Seen().copies, ElementsAre("0 1+6 conflict"));
}

TEST(StreamTracker, EqualCopyIsNoConflict) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").Send("def").SendAt(1, "bcde");
  wire->Finish();
  EXPECT_FALSE(wire->Seen().end->overlap_conflict);
}

TEST(StreamTracker, KeepAliveProbeIsNoCopy) {
  auto wire = Wire::Established();
  wire->Client().Send("abc");
  wire->Server().Ack();
  wire->Client().SendAt(2, std::string_view("\0", 1)).SendAt(2, "").Send("def");
  wire->Finish();
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
  EXPECT_THAT(wire->Seen().copies, IsEmpty());
  EXPECT_FALSE(wire->Seen().end->overlap_conflict);
}

TEST(StreamTracker, ZeroWindowProbeByteIsDeliveredOnce) {
  auto wire = Wire::Established();
  wire->Client().Send("abc");
  wire->Server().window = 0;
  wire->Server().Ack();
  wire->Client().SendAt(3, "d").SendAt(3, "d").SendAt(3, "def");
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
}

TEST(StreamTracker, SequenceWrapsInData) {
  Wire wire;
  wire.Client().isn = 0xffff'fffc;
  wire.Handshake();
  wire.Client().Send("abcdef").Send("gh").SendAt(1, "bcdefg");
  EXPECT_EQ(wire.ClientFlow(), "abcdefgh");
  EXPECT_EQ(wire.Seen().chunks[0].at(1).offset, 6U);
  EXPECT_EQ(wire.Seen().chunks[0].at(1).sequence, 3U);
}

TEST(StreamTracker, SequenceWrapsInAHole) {
  Wire wire;
  wire.Client().isn = 0xffff'fffc;
  wire.Handshake();
  wire.Client().SendAt(5, "fg").SendAt(0, "abcde");
  EXPECT_EQ(wire.ClientFlow(), "abcdefg");
}

TEST(StreamTracker, SequenceWrapsInTheHandshake) {
  Wire wire;
  wire.Client().isn = 0xffff'ffff;
  wire.Server().isn = 0xffff'ffff;
  wire.Handshake();
  wire.Client().Send("abc");
  wire.Server().Send("xyz");
  EXPECT_EQ(wire.ClientFlow(), "abc");
  EXPECT_EQ(wire.Seen().info.first_isn, 0xffff'ffffU);
}

TEST(StreamTracker, FlowsBeyondFourGibibytesKeepTheirOffsets) {
  auto wire = Wire::Established();
  wire->recorder.keep_events = false;
  Recorder& recorder = wire->recorder;
  uint64_t sent = 0;
  while (sent < (uint64_t{5} << 30)) {
    // Only lengths matter: losing most of it keeps the test short.
    wire->Client().Lose(std::string_view()).sent += 50'000'000;
    sent += 50'000'000;
    wire->Client().Send("x");
    ++sent;
    wire->Server().Ack();
    wire->WaitTick(kNsPerSecond);
  }
  EXPECT_EQ(recorder.at(0).delivered_to[0], sent);
}

TEST(StreamTracker, UrgentBytesStayInBand) {
  auto wire = Wire::Established();
  wire->Client().Send("ab", TcpSegment::kUrg).Send("cd");
  EXPECT_EQ(wire->ClientFlow(), "abcd");
}

TEST(StreamTracker, DuplicatesOfEveryPacketChangeNothing) {
  Wire wire;
  wire.Client().Syn().Syn();
  wire.Server().SynAck().SynAck();
  wire.Client().Ack().Ack().Send("GET").SendAt(0, "GET");
  wire.Server().Send("200").SendAt(0, "200").Fin();
  wire.Client().Fin();
  wire.Server().Ack().Ack();
  wire.Finish();
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_THAT(wire.Seen().events, ElementsAre("0:GET", "1:200", "1 end", "0 end", "close fin"));
}

TEST(StreamTracker, SegmentsWithImpossibleFlagsAreNoData) {
  auto wire = Wire::Established();
  wire->Client().SendAt(0, "evil", TcpSegment::kSyn | TcpSegment::kFin);
  wire->Client().SendAt(0, "evil", TcpSegment::kSyn | TcpSegment::kRst);
  wire->Client().Send("good");
  EXPECT_EQ(wire->ClientFlow(), "good");
  EXPECT_EQ(wire->Count("segments.ignored.odd_flags"), 2U);
  EXPECT_EQ(wire->Count("payload.unknown.rejected_bytes"), 8U);
}

TEST(StreamTracker, LoneSegmentFarAheadIsOutOfWindow) {
  auto wire = Wire::Established();
  wire->Client().Send("abc").SendAt(1 << 30, "evil").Send("def");
  wire->Server().Ack();
  wire->WaitTick(120 * kNsPerSecond);
  EXPECT_EQ(wire->ClientFlow(), "abcdef");
  EXPECT_EQ(wire->Count("payload.client.out_of_window_bytes"), 4U);
}

TEST(StreamTracker, BytesBeforeTheFlowAreOutOfWindow) {
  auto wire = Wire::Established();
  wire->Client().SendAt(-3, "xyzabc");
  EXPECT_EQ(wire->ClientFlow(), "abc");
  EXPECT_EQ(wire->Count("payload.client.out_of_window_bytes"), 3U);
}

TEST(StreamTracker, MoreCapturedThanTheHeaderSaysIsTrimmed) {
  auto wire = Wire::Established();
  TcpSegment segment;
  segment.source = MakeEndpoint(1, 40000);
  segment.destination = MakeEndpoint(2, 9200);
  segment.sequence = kClientIsn + 1;
  segment.acknowledgment = kServerIsn + 1;
  segment.flags = TcpSegment::kAck;
  segment.payload = AsBytes("abcPADDING");
  segment.payload_wire_bytes = 3;
  wire->Capture(segment);
  EXPECT_EQ(wire->ClientFlow(), "abc");
}

TEST(StreamTracker, OverlayNetworksAreApartButTagsAreNot) {
  using Kind = store::EncapsulationId::Kind;
  auto wire = Wire::Established();
  TcpSegment segment;
  segment.source = MakeEndpoint(1, 40000);
  segment.destination = MakeEndpoint(2, 9200);
  segment.sequence = kClientIsn + 1;
  segment.acknowledgment = kServerIsn + 1;
  segment.flags = TcpSegment::kAck | TcpSegment::kPsh;
  segment.payload = AsBytes("abc");
  segment.payload_wire_bytes = 3;
  segment.encapsulation.Add({Kind::kVlan, 7});
  wire->Capture(segment);
  segment.encapsulation.Add({Kind::kVxlan, 99});
  segment.sequence += 1'000'000'000;
  segment.acknowledgment += 1'000'000'000;
  wire->Capture(segment);
  wire->Capture(segment);
  ASSERT_EQ(wire->recorder.connections.size(), 2U);
  EXPECT_EQ(wire->ClientFlow(0), "abc");
  EXPECT_EQ(wire->ClientFlow(1), "abc");
  EXPECT_THAT(wire->Seen(1).info.encapsulation,
              ElementsAre(store::EncapsulationId{Kind::kVlan, 7},
                          store::EncapsulationId{Kind::kVxlan, 99}));
}

/// A connection with one byte from its client, of whose packets a mirror makes copies in the VXLAN
/// networks given; 0 is none.
void CaptureMirrored(Wire& wire, uint32_t isn, const std::vector<uint32_t>& networks) {
  const auto capture = [&](uint32_t sequence, uint8_t flags, std::string_view payload) {
    for (const uint32_t network : networks) {
      TcpSegment segment;
      segment.source = MakeEndpoint(1, 40000);
      segment.destination = MakeEndpoint(2, 9200);
      segment.sequence = sequence;
      segment.flags = flags;
      segment.payload = AsBytes(payload);
      segment.payload_wire_bytes = static_cast<uint32_t>(payload.size());
      if (network != 0) {
        segment.encapsulation.Add({store::EncapsulationId::Kind::kVxlan, network});
      }
      wire.Capture(segment);
    }
  };
  capture(isn, TcpSegment::kSyn, "");
  capture(isn + 1, TcpSegment::kAck | TcpSegment::kPsh, "x");
}

TEST(StreamTracker, FlowSeenThroughTwoMirrorsIsOneConnection) {
  Wire wire;
  CaptureMirrored(wire, 1000, {17, 18});
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.ClientFlow(), "x");
  EXPECT_EQ(wire.Count("payload.client.duplicate_bytes"), 1U);
}

TEST(StreamTracker, FlowSeenBareAndInATunnelIsOneConnectionWhicheverCameFirst) {
  for (const std::vector<uint32_t>& order : {std::vector<uint32_t>{0, 17}, {17, 0}}) {
    Wire wire;
    CaptureMirrored(wire, 1000, order);
    ASSERT_EQ(wire.recorder.connections.size(), 1U);
    EXPECT_EQ(wire.ClientFlow(), "x");
    EXPECT_EQ(wire.Count("payload.client.duplicate_bytes"), 1U);
  }
}

/// A byte of the client in the midst of a connection, in a VXLAN network; 0 is none.
void CaptureMidway(Wire& wire, uint32_t network, uint32_t sequence, uint32_t acknowledgment) {
  TcpSegment segment;
  segment.source = MakeEndpoint(1, 40000);
  segment.destination = MakeEndpoint(2, 9200);
  segment.sequence = sequence;
  segment.acknowledgment = acknowledgment;
  segment.flags = TcpSegment::kAck | TcpSegment::kPsh;
  segment.payload = AsBytes("x");
  segment.payload_wire_bytes = 1;
  if (network != 0) {
    segment.encapsulation.Add({store::EncapsulationId::Kind::kVxlan, network});
  }
  wire.Capture(segment);
}

TEST(StreamTracker, FlowSeenTwiceWithoutItsSynIsOneConnection) {
  for (const auto& [first, second] : {std::pair{0U, 17U}, {17U, 0U}, {17U, 18U}}) {
    Wire wire;
    CaptureMidway(wire, first, 700'000, 90'000);
    CaptureMidway(wire, second, 700'000, 90'000);
    EXPECT_EQ(wire.recorder.connections.size(), 1U) << first << ", " << second;
  }
}

TEST(StreamTracker, FlowsOfTwoNetworksAreApartIfOneOfTheirNumbersIs) {
  Wire wire;
  CaptureMidway(wire, 0, 700'000, 90'000);
  CaptureMidway(wire, 17, 700'000, 900'000'000);
  EXPECT_EQ(wire.recorder.connections.size(), 2U);
}

TEST(StreamTracker, MirroredFlowIsOneConnectionAgainAfterItsTupleIsReused) {
  Wire wire;
  CaptureMirrored(wire, 1000, {17, 18});
  CaptureMirrored(wire, 5000, {18, 17});
  ASSERT_EQ(wire.recorder.connections.size(), 2U);
  EXPECT_EQ(wire.ClientFlow(1), "x");
}

TEST(StreamTracker, TenantsWithTheSameAddressesAreApart) {
  Wire wire;
  CaptureMirrored(wire, 1000, {17});
  CaptureMirrored(wire, 5000, {18});
  ASSERT_EQ(wire.recorder.connections.size(), 2U);
}

TEST(StreamTracker, ConnectionHasNoMoreMirrorsThanTheLimit) {
  Wire wire;
  std::vector<uint32_t> networks(100);
  std::iota(networks.begin(), networks.end(), 1);
  CaptureMirrored(wire, 1000, networks);
  EXPECT_EQ(wire.Count("connections.seen"), 100 - limits::kMirrors);
}

TEST(StreamTracker, BothDirectionsOfATunnelAreOneConnection) {
  using Kind = store::EncapsulationId::Kind;
  Wire wire;
  const auto capture = [&](bool from_client, uint32_t tunnel, std::string_view payload,
                           uint32_t sequence, uint32_t acknowledgment) {
    TcpSegment segment;
    segment.source = from_client ? MakeEndpoint(1, 40000) : MakeEndpoint(2, 9200);
    segment.destination = from_client ? MakeEndpoint(2, 9200) : MakeEndpoint(1, 40000);
    segment.sequence = sequence;
    segment.acknowledgment = acknowledgment;
    segment.flags = TcpSegment::kAck | TcpSegment::kPsh;
    segment.payload = AsBytes(payload);
    segment.payload_wire_bytes = static_cast<uint32_t>(payload.size());
    segment.encapsulation.Add({Kind::kGtpU, tunnel});
    wire.Capture(segment);
  };
  capture(true, 17, "GET", 100, 200);
  capture(false, 4711, "200", 200, 103);
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
}

}  // namespace
}  // namespace trafrec::reassembly::testing
