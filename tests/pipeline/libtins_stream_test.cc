// libtins' StreamFollower as a second opinion. On clean traffic in order it must deliver the bytes
// that we deliver, and libtins 4.0 does on some that is not. Where it is known to be wrong, the
// test shows both answers. (Who the client of a stream from its middle is, the stream layer leaves
// to the next one; here it is the higher port.)

#include <gtest/gtest.h>
#include <tins/ethernetII.h>
#include <tins/packet.h>
#include <tins/tcp_ip/stream_follower.h>

#include <chrono>
#include <map>

#include "reassembly/dissection/dissector.h"
#include "reassembly/limits.h"
#include "reassembly/stream/stream_tracker.h"
#include "tests/pipeline/trial.h"
#include "tests/support/tcp_conversation.h"

namespace trafrec::pipeline {
namespace {

using test_support::RawPacket;
using test_support::TcpConversation;

/// What was delivered of each connection in order of their beginning: the client's bytes, then the
/// server's. A gap is "[length]".
using Streams = std::vector<std::array<std::string, 2>>;

class OurConsumer final : public reassembly::StreamConsumer {
 public:
  OurConsumer(Streams& streams, size_t index, bool first_is_client)
      : streams_(streams), index_(index), first_is_client_(first_is_client) {}

  void OnChunk(reassembly::Flow flow, const reassembly::Chunk& chunk) override {
    TextOf(flow) += AsText(chunk.bytes);
  }
  void OnGap(reassembly::Flow flow, const reassembly::Gap& gap) override {
    TextOf(flow) += "[" + std::to_string(gap.length) + "]";
  }
  void OnAcknowledged(reassembly::Flow, uint64_t, uint32_t, TimeNs) override {}
  void OnCopy(reassembly::Flow, uint64_t, uint64_t, TimeNs, bool) override {}
  void OnEnd(reassembly::Flow, TimeNs) override {}
  void OnClose(const reassembly::ConnectionEnd&) override {}
  void OnEvict(TimeNs) override {}

 private:
  std::string& TextOf(reassembly::Flow flow) {
    const bool client = (flow == reassembly::Flow::kFirst) == first_is_client_;
    return streams_[index_][client ? 0 : 1];
  }

  Streams& streams_;
  const size_t index_;
  const bool first_is_client_;
};

class OurFactory final : public reassembly::StreamConsumerFactory {
 public:
  std::unique_ptr<reassembly::StreamConsumer> Open(
      const reassembly::ConnectionInfo& info) override {
    streams.emplace_back();
    const bool first_is_client = info.first.port > info.second.port;
    return std::make_unique<OurConsumer>(streams, streams.size() - 1, first_is_client);
  }
  Streams streams;
};

Streams Ours(const std::vector<RawPacket>& packets) {
  OurFactory factory;
  reassembly::MemoryAccount memory{.used_bytes = 0, .max_bytes = reassembly::limits::kGlobalBytes};
  reassembly::Dissector dissector(reassembly::ChecksumPolicy::kAuto);
  reassembly::StreamTracker tracker(reassembly::StreamLimits::Default(), memory, factory);
  for (const RawPacket& packet : packets) {
    if (const auto* segment = dissector.Dissect(test_support::AsPacket(packet))) {
      tracker.OnSegment(*segment);
    }
  }
  tracker.Finish();
  return factory.streams;
}

void Feed(Tins::TCPIP::StreamFollower& follower, const std::vector<RawPacket>& packets) {
  for (const RawPacket& raw : packets) {
    Tins::Packet packet(
        new Tins::EthernetII(raw.bytes.data(), static_cast<uint32_t>(raw.bytes.size())),
        std::chrono::microseconds(raw.at / kNsPerUs), Tins::Packet::own_pdu());
    follower.process_packet(packet);
  }
}

Streams Theirs(const std::vector<RawPacket>& packets) {
  Streams streams;
  Tins::TCPIP::StreamFollower follower;
  follower.follow_partial_streams(true);
  follower.new_stream_callback([&streams](Tins::TCPIP::Stream& stream) {
    const size_t index = streams.size();
    streams.emplace_back();
    // A partial stream's client is the sender of its first packet; ours is the higher port.
    const bool swapped = stream.client_port() < stream.server_port();
    stream.client_data_callback([&streams, index, swapped](Tins::TCPIP::Stream& s) {
      streams[index][swapped ? 1 : 0].append(s.client_payload().begin(), s.client_payload().end());
    });
    stream.server_data_callback([&streams, index, swapped](Tins::TCPIP::Stream& s) {
      streams[index][swapped ? 0 : 1].append(s.server_payload().begin(), s.server_payload().end());
    });
  });
  Feed(follower, packets);
  return streams;
}

TEST(StreamsAndLibtins, AgreeOnCleanTrafficInOrder) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    Conversation conversation;
    conversation.style = AnyStyle(random);
    conversation.client = test_support::Ip("10.0.0.1", 40'000);
    conversation.server = test_support::Ip("10.0.0.2", 9'200);
    conversation.isn = {1'000'000, 2'000'000};
    Converse(conversation, seed, random);
    const auto segments = Play(conversation, {}, kNsPerSecond, random);
    std::vector<WirePacket> wire;
    Encode(conversation, segments, {}, random, wire);
    std::vector<RawPacket> packets;
    for (const WirePacket& packet : wire) {
      packets.push_back({packet.at, packet.bytes});
    }
    const Streams truth = {{conversation.flow[0], conversation.flow[1]}};
    EXPECT_EQ(Ours(packets), truth) << seed;
    EXPECT_EQ(Theirs(packets), truth) << seed;
  }
}

/// Packets of another conversation behind them.
std::vector<RawPacket> Then(std::vector<RawPacket> packets, const std::vector<RawPacket>& more) {
  packets.insert(packets.end(), more.begin(), more.end());
  return packets;
}

RawPacket Lone(TimeNs at, const test_support::Tcp& tcp) {
  return {at, test_support::Ethernet(test_support::IpTcp(tcp))};
}

TEST(StreamsAndLibtins, AgreeOnFinThatOvertakesData) {
  TcpConversation wire({.ack_every = 0});
  wire.Handshake().ClientSends("GET").DelayNext(1).ServerSends("200").Fin(Side::kServer);
  wire.Ack(Side::kClient).Fin(Side::kClient).Ack(Side::kServer);
  EXPECT_EQ(Ours(wire.Packets()), (Streams{{"GET", "200"}}));
  EXPECT_EQ(Theirs(wire.Packets()), (Streams{{"GET", "200"}}));
}

TEST(StreamsAndLibtins, AgreeOnExactRetransmission) {
  TcpConversation wire;
  wire.Handshake().ClientSends("GET").SendAt(Side::kClient, 0, "GET").ServerSends("200").Close();
  EXPECT_EQ(Ours(wire.Packets()), (Streams{{"GET", "200"}}));
  EXPECT_EQ(Theirs(wire.Packets()), (Streams{{"GET", "200"}}));
}

TEST(StreamsAndLibtins, AgreeOnWrappingSequenceNumbers) {
  TcpConversation wire({.client_isn = 0xfffffffe, .server_isn = 0xfffffffd, .mss = 4});
  wire.Handshake().ClientSends("0123456789").DelayNext(1).ServerSends("abcdefghij").Close();
  EXPECT_EQ(Ours(wire.Packets()), (Streams{{"0123456789", "abcdefghij"}}));
  EXPECT_EQ(Theirs(wire.Packets()), (Streams{{"0123456789", "abcdefghij"}}));
}

TEST(StreamsAndLibtins, OneGapCostsTheirsTheStreamAndOursTheGap) {
  TcpConversation wire;
  wire.Handshake().ClientSends("GET").DropNext().ServerSends("lost");
  std::string rest;
  for (int i = 0; i < 600; ++i) {
    rest += "segment";
    wire.ServerSends("segment");
  }
  wire.Close();
  EXPECT_EQ(Ours(wire.Packets()), (Streams{{"GET", "[4]" + rest}}));
  // 512 chunks wait, then the stream is given up, and the rest is another one.
  const Streams theirs = Theirs(wire.Packets());
  ASSERT_EQ(theirs.size(), 2U);
  EXPECT_EQ(theirs[0], (std::array<std::string, 2>{"GET", ""}));
  EXPECT_LT(theirs[1][1].size(), rest.size());
}

TEST(StreamsAndLibtins, MissingSynAckCostsTheirsTheServersFlow) {
  TcpConversation wire({.ack_every = 1});
  auto packets = wire.Handshake().TakePackets();
  packets.erase(packets.begin() + 1);
  packets = Then(packets, wire.ClientSends("GET").ServerSends("200").Close().Packets());
  EXPECT_EQ(Ours(packets), (Streams{{"GET", "200"}}));
  EXPECT_EQ(Theirs(packets), (Streams{{"GET", ""}}));
}

TEST(StreamsAndLibtins, NewSynOnALiveTupleIsOverlookedByTheirs) {
  TcpConversation first;
  const auto packets = first.Handshake().ClientSends("GET1").ServerSends("2001").TakePackets();
  TcpConversation second(
      {.client_isn = 77'000'000, .server_isn = 99'000'000, .start = first.now()});
  second.Handshake().ClientSends("GET2").ServerSends("2002").Close();
  const auto both = Then(packets, second.Packets());
  EXPECT_EQ(Ours(both), (Streams{{"GET1", "2001"}, {"GET2", "2002"}}));
  EXPECT_EQ(Theirs(both), (Streams{{"GET1", "2001"}}));
}

TEST(StreamsAndLibtins, ResetOutsideTheWindowEndsTheirStream) {
  TcpConversation wire;
  auto packets = wire.Handshake().ClientSends("GET").TakePackets();
  packets.push_back(Lone(wire.now(), {.sequence = 900'000'000,
                                      .acknowledgment = 2'000'001,
                                      .flags = test_support::kRst | test_support::kAck}));
  packets = Then(packets, wire.ServerSends("200").Close().Packets());
  EXPECT_EQ(Ours(packets), (Streams{{"GET", "200"}}));
  EXPECT_EQ(Theirs(packets), (Streams{{"GET", ""}, {"", "200"}}));
}

TEST(StreamsAndLibtins, DataInASynIsMisplacedByTheirs) {
  TcpConversation wire;
  test_support::Tcp syn{.sequence = 1'000'000, .flags = test_support::kSyn, .payload = "GET "};
  test_support::Tcp answer{.source = syn.destination,
                           .destination = syn.source,
                           .sequence = 2'000'000,
                           .acknowledgment = 1'000'005,
                           .flags = test_support::kSyn | test_support::kAck};
  test_support::Tcp rest{.sequence = 1'000'005, .acknowledgment = 2'000'001, .payload = "/"};
  const TimeNs at = wire.now();
  const std::vector<RawPacket> packets = {Lone(at, syn), Lone(at + 1'000, answer),
                                          Lone(at + 2'000, rest)};
  EXPECT_EQ(Ours(packets), (Streams{{"GET /", ""}}));
  EXPECT_NE(Theirs(packets), (Streams{{"GET /", ""}}));
}

TEST(StreamsAndLibtins, RetransmissionAfterTheEndOpensAStreamOfTheirs) {
  TcpConversation wire;
  wire.Handshake().ClientSends("GET").ServerSends("200").Close();
  wire.SendAt(Side::kServer, 0, "200");
  EXPECT_EQ(Ours(wire.Packets()), (Streams{{"GET", "200"}}));
  EXPECT_EQ(Theirs(wire.Packets()), (Streams{{"GET", "200"}, {"", "200"}}));
}

TEST(StreamsAndLibtins, ServerThatSpeaksFirstInTheMiddleIsTheirClient) {
  TcpConversation wire;
  wire.ServerSends("200").ClientSends("GET").ServerSends("201");
  EXPECT_EQ(Ours(wire.Packets()), (Streams{{"GET", "200201"}}));
  Tins::TCPIP::StreamFollower follower;
  follower.follow_partial_streams(true);
  uint16_t client_port = 0;
  follower.new_stream_callback(
      [&client_port](Tins::TCPIP::Stream& stream) { client_port = stream.client_port(); });
  Feed(follower, wire.Packets());
  EXPECT_EQ(client_port, 9'200);
}

}  // namespace
}  // namespace trafrec::pipeline
