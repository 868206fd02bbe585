#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "tests/reassembly/stream/wire.h"

// Connections of which each direction comes through an overlay network of its own: two mirrors that
// send on only what comes in, and overlays in which the network is the receiver's.

namespace trafrec::reassembly::testing {
namespace {

constexpr uint32_t kClientNetwork = 17, kServerNetwork = 18;

struct Sent {
  uint32_t sequence = 0;
  uint32_t acknowledgment = 0;
  uint8_t flags = TcpSegment::kAck;
  std::string_view payload = {};
};

void Capture(Wire& wire, bool from_client, const Sent& sent) {
  TcpSegment segment;
  segment.source = from_client ? MakeEndpoint(1, 40000) : MakeEndpoint(2, 9200);
  segment.destination = from_client ? MakeEndpoint(2, 9200) : MakeEndpoint(1, 40000);
  segment.sequence = sent.sequence;
  segment.acknowledgment = sent.acknowledgment;
  segment.flags = sent.flags;
  segment.payload = AsBytes(sent.payload);
  segment.payload_wire_bytes = static_cast<uint32_t>(sent.payload.size());
  segment.encapsulation.Add(
      {store::EncapsulationId::Kind::kVxlan, from_client ? kClientNetwork : kServerNetwork});
  wire.Capture(segment);
}

constexpr uint8_t kSynAck = TcpSegment::kSyn | TcpSegment::kAck;

TEST(NetworkOfADirection, SynAckThatAcknowledgesTheSynJoinsBoth) {
  Wire wire;
  Capture(wire, true, {.sequence = 1000, .flags = TcpSegment::kSyn});
  Capture(wire, false, {.sequence = 5000, .acknowledgment = 1001, .flags = kSynAck});
  Capture(wire, true, {.sequence = 1001, .acknowledgment = 5001, .payload = "ask"});
  Capture(wire, false, {.sequence = 5001, .acknowledgment = 1004, .payload = "answer"});
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.ClientFlow(), "ask");
  EXPECT_EQ(wire.ServerFlow(), "answer");
  EXPECT_EQ(wire.Count("connections.seen"), 1U);
}

TEST(NetworkOfADirection, SynAckMayBeCapturedFirst) {
  Wire wire;
  Capture(wire, false, {.sequence = 5000, .acknowledgment = 1001, .flags = kSynAck});
  Capture(wire, true, {.sequence = 1000, .flags = TcpSegment::kSyn});
  Capture(wire, true, {.sequence = 1001, .acknowledgment = 5001, .payload = "ask"});
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.ClientFlow(), "ask");
  EXPECT_EQ(wire.Count("connections.seen"), 1U);
}

TEST(NetworkOfADirection, SynAckMayAcknowledgeTheDataInTheSyn) {
  Wire wire;
  Capture(wire, true, {.sequence = 1000, .flags = TcpSegment::kSyn, .payload = "ask"});
  Capture(wire, false, {.sequence = 5000, .acknowledgment = 1004, .flags = kSynAck});
  EXPECT_EQ(wire.Count("connections.seen"), 1U);
}

TEST(NetworkOfADirection, SynAckOfAnotherSynIsOfAnotherConnection) {
  Wire wire;
  Capture(wire, true, {.sequence = 1000, .flags = TcpSegment::kSyn});
  Capture(wire, false, {.sequence = 5000, .acknowledgment = 1002, .flags = kSynAck});
  EXPECT_EQ(wire.Count("connections.seen"), 2U);
}

TEST(NetworkOfADirection, MidwayTheFirstAcknowledgmentToTheByteJoinsBoth) {
  Wire wire;
  Capture(wire, true, {.sequence = 1001, .acknowledgment = 5001, .payload = "ask"});
  wire.Wait(2 * kNsPerSecond);  // the number is proof enough, however late
  Capture(wire, false, {.sequence = 5001, .acknowledgment = 1004, .payload = "answer"});
  ASSERT_EQ(wire.recorder.connections.size(), 1U);
  EXPECT_EQ(wire.ServerFlow(), "answer");
}

TEST(NetworkOfADirection, MidwayAnotherAcknowledgmentSoLateJoinsNothing) {
  Wire wire;
  Capture(wire, true, {.sequence = 1001, .acknowledgment = 5001, .payload = "ask"});
  wire.Wait(2 * kNsPerSecond);
  Capture(wire, false, {.sequence = 5001, .acknowledgment = 1003, .payload = "answer"});
  EXPECT_EQ(wire.recorder.connections.size(), 2U);
}

}  // namespace
}  // namespace trafrec::reassembly::testing
