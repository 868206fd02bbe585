#include "reassembly/reassembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "reassembly/dissection/link_type.h"
#include "tests/support/tcp_conversation.h"

namespace trafrec::reassembly {
namespace {

using test_support::RawPacket;
using test_support::TcpConversation;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;

constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Remembers what a test asks for.
class Sink : public store::RecordSink {
 public:
  void PutConnection(const store::ConnectionRecord& /*connection*/) override {}
  void PutExtent(store::MessageId /*id*/, uint32_t /*index*/, Bytes /*bytes*/) override {}
  void PutMessage(const store::MessageRecord& /*message*/) override {}
  void PutMessageFacts(store::MessageId /*id*/, const store::MessageFacts& /*facts*/,
                       Bytes /*trailers*/, uint32_t /*extents*/) override {}
  void PutExchange(const store::ExchangeRecord& exchange) override {
    exchanges += store::HasFlag(exchange.flags, store::Flag::kOpen) ? 0 : 1;
    targets += exchange.target;
    flags_of_all &= exchange.flags;
    flags_of_any |= exchange.flags;
    flagged_targets += exchange.flags == 0 ? "" : exchange.target;
  }
  void PutLoss(const store::LossRecord& loss) override { losses.push_back(loss); }
  void Advance(const store::Marks& latest, TimeNs packet_now) override {
    marks = latest;
    times.push_back(packet_now);
  }

  int exchanges = 0;
  std::string targets;
  std::string flagged_targets;
  store::Flags flags_of_all = ~store::Flags{0};
  store::Flags flags_of_any = 0;
  std::vector<store::LossRecord> losses;
  store::Marks marks;
  std::vector<TimeNs> times;
};

class Reassembly : public testing::Test {
 protected:
  void Feed(const std::vector<RawPacket>& packets) {
    for (const RawPacket& packet : packets) {
      reassembler_.OnPacket(test_support::AsPacket(packet));
    }
  }

  Sink sink_;
  Reassembler reassembler_{{}, sink_};
};

TEST_F(Reassembly, PacketsBecomeExchanges) {
  TcpConversation wire;
  wire.Handshake().ClientSends(kRequest).ServerSends(kResponse).Close();
  Feed(wire.Packets());
  reassembler_.Finish();
  EXPECT_EQ(sink_.exchanges, 1);
}

/// 802.11 without capture header, and in it each two packets, as an access point sends them that
/// has many for one station (A-MSDU).
std::vector<RawPacket> TwoInAFrame(const std::vector<RawPacket>& packets) {
  constexpr size_t kEthernetHeader = 14;
  std::vector<RawPacket> frames;
  for (size_t i = 0; i < packets.size(); i += 2) {
    RawPacket frame = packets[i];
    frame.bytes = test_support::Hex("8801 0000");
    frame.bytes.resize(24);
    test_support::PutBytes(frame.bytes, test_support::Hex("8000"));
    for (size_t j = i; j < std::min(i + 2, packets.size()); ++j) {
      test_support::ByteVector inside = test_support::Hex("aaaa03 000000 0800");
      test_support::PutBytes(inside, Bytes(packets[j].bytes).subspan(kEthernetHeader));
      test_support::ByteVector subframe(14);
      subframe[12] = static_cast<uint8_t>(inside.size() >> 8);
      subframe[13] = static_cast<uint8_t>(inside.size());
      test_support::PutBytes(subframe, inside);
      subframe.resize((subframe.size() + 3) / 4 * 4);
      test_support::PutBytes(frame.bytes, subframe);
    }
    frame.wire_bytes = static_cast<uint32_t>(frame.bytes.size());
    frames.push_back(frame);
  }
  return frames;
}

TEST_F(Reassembly, PacketsThatShareAFrameAreAllTaken) {
  TcpConversation wire;
  wire.Handshake();
  for (int i = 0; i < 50; ++i) {
    wire.ClientSends(kRequest).ServerSends(kResponse);
  }
  const std::vector<RawPacket> frames = TwoInAFrame(wire.Close().Packets());
  std::vector<Packet> packets;
  for (const RawPacket& frame : frames) {
    packets.push_back(test_support::AsPacket(frame, kLink80211));
  }
  reassembler_.OnPackets(packets);
  reassembler_.Finish();
  EXPECT_EQ(sink_.exchanges, 50);
  EXPECT_EQ(sink_.flags_of_any, 0U);
  EXPECT_THAT(BrokenSums(reassembler_.counters()), testing::IsEmpty());
}

/// Of a conversation of two exchanges the packets that the client sent, or the server.
std::vector<RawPacket> OneDirection(store::Side from) {
  TcpConversation wire;
  wire.Handshake();
  for (int i = 0; i < 2; ++i) {
    wire.ClientSends(kRequest).ServerSends(kResponse);
  }
  std::vector<RawPacket> packets = wire.Close().Packets();
  constexpr size_t kLastOfSource = 14 + 12 + 3;  // of an IPv4 packet in Ethernet
  const uint8_t sender = from == store::Side::kClient ? 1 : 2;
  std::erase_if(packets,
                [&](const RawPacket& packet) { return packet.bytes.at(kLastOfSource) != sender; });
  return packets;
}

TEST_F(Reassembly, CaptureOfTheClientsDirectionGivesItsRequestsUnanswered) {
  Feed(OneDirection(store::Side::kClient));
  reassembler_.Finish();
  EXPECT_EQ(sink_.exchanges, 2);
  EXPECT_EQ(sink_.flags_of_all, FlagBit(store::Flag::kResponseMissing));
}

TEST_F(Reassembly, CaptureOfTheServersDirectionGivesItsAnswersUnasked) {
  Feed(OneDirection(store::Side::kServer));
  reassembler_.Finish();
  EXPECT_EQ(sink_.exchanges, 2);
  EXPECT_EQ(sink_.flags_of_all, FlagBit(store::Flag::kRequestMissing));
}

TEST_F(Reassembly, ExchangeWhosePacketsWereCutIsFlagged) {
  TcpConversation wire;
  wire.Handshake().ClientSends(kRequest);
  wire.ServerSends("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'));
  std::vector<RawPacket> packets = wire.Close().Packets();
  for (RawPacket& packet : packets) {
    packet.wire_bytes = static_cast<uint32_t>(packet.bytes.size());
    packet.bytes.resize(std::min<size_t>(packet.bytes.size(), 120));
  }
  Feed(packets);
  reassembler_.Finish();
  EXPECT_EQ(sink_.exchanges, 1);
  EXPECT_EQ(sink_.flags_of_all,
            FlagBit(store::Flag::kGapInResponse) | FlagBit(store::Flag::kSnaplenCut));
}

TEST_F(Reassembly, ExchangeWhoseFragmentsContradictEachOtherIsFlagged) {
  TcpConversation wire;
  wire.Handshake().ClientSends(kRequest).ServerSends(kResponse);
  wire.ClientSends("GET /b HTTP/1.1\r\nHost: a\r\n\r\n").ServerSends(kResponse).Close();
  constexpr size_t kFirstRequest = 3;  // behind the handshake
  constexpr size_t kEthernetHeader = 14, kFragmentBytes = 8;
  std::vector<RawPacket> packets = wire.Packets();
  const RawPacket whole = packets.at(kFirstRequest);
  auto fragments =
      test_support::Fragments(Bytes(whole.bytes).subspan(kEthernetHeader), kFragmentBytes, 7);
  auto forged = fragments.at(1);
  forged.back() ^= 1;  // behind the first copy, which wins
  fragments.insert(fragments.begin() + 2, forged);
  packets.erase(packets.begin() + kFirstRequest);
  for (size_t i = 0; i < fragments.size(); ++i) {
    RawPacket packet = whole;
    packet.bytes = test_support::Ethernet(fragments[i]);
    packets.insert(packets.begin() + kFirstRequest + static_cast<std::ptrdiff_t>(i), packet);
  }
  Feed(packets);
  reassembler_.Finish();
  EXPECT_EQ(sink_.targets, "//b");
  EXPECT_EQ(sink_.flagged_targets, "/") << "the other one came whole";
  EXPECT_TRUE(store::HasFlag(sink_.flags_of_any, store::Flag::kOverlapConflict));
}

TEST_F(Reassembly, SumsHoldAtTheEnd) {
  TcpConversation wire;
  wire.Handshake().ClientSends(kRequest).DropNext().ServerSends(kResponse).Close();
  Feed(wire.Packets());
  reassembler_.Finish();
  EXPECT_THAT(BrokenSums(reassembler_.counters()), ElementsAre());
}

TEST_F(Reassembly, SegmentsFromFragmentsKeepTheirBytesAmongPacketsInARow) {
  TcpConversation wire;
  wire.Handshake();
  for (const char* target : {"/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h"}) {
    wire.ClientSends(std::string("GET ") + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    wire.ServerSends(kResponse);
  }
  std::vector<RawPacket> fragments;
  for (const RawPacket& packet : wire.Close().Packets()) {
    constexpr size_t kEthernetHeader = 14;
    const Bytes ip_packet = Bytes(packet.bytes).subspan(kEthernetHeader);
    const auto id = static_cast<uint32_t>(fragments.size());
    for (const auto& fragment : test_support::Fragments(ip_packet, 32, id)) {
      fragments.push_back(packet);
      fragments.back().bytes = test_support::Ethernet(fragment);
    }
  }
  std::vector<Packet> packets;
  for (const RawPacket& fragment : fragments) {
    packets.push_back(test_support::AsPacket(fragment));
  }
  reassembler_.OnPackets(packets);
  reassembler_.Finish();
  EXPECT_EQ(sink_.targets, "/a/b/c/d/e/f/g/h");
  EXPECT_THAT(BrokenSums(reassembler_.counters()), ElementsAre());
}

TEST_F(Reassembly, WithoutASegmentThereIsNoTimeToAdvanceTo) {
  reassembler_.Finish();
  EXPECT_THAT(sink_.times, ElementsAre());
}

TEST_F(Reassembly, EachIntervalWithGapsHasARowAndTheRowsAddUp) {
  TcpConversation wire;
  wire.Handshake();
  for (int i = 0; i < 3; ++i) {
    wire.ClientSends(kRequest).DropNext().ServerSends(kResponse).Wait(30 * kNsPerSecond);
    wire.ClientSends(kRequest).ServerSends(kResponse).Wait(30 * kNsPerSecond);
  }
  Feed(wire.Close().Packets());
  reassembler_.Finish();
  uint64_t lost = 0;
  uint64_t rows = 0;
  for (const store::LossRecord& loss : sink_.losses) {
    if (loss.cause == store::LossCause::kGapShare) {
      EXPECT_GE(loss.of_bytes, loss.bytes);
      lost += loss.bytes;
      ++rows;
    }
  }
  EXPECT_EQ(rows, 3U);
  EXPECT_EQ(lost, 3 * std::string_view(kResponse).size());
}

TEST_F(Reassembly, MarksDoNotPassARequestThatWaitsBehindAHole) {
  // The ACKs ride on the answers, so nothing says that the missing request went by.
  TcpConversation wire({.ack_every = 0});
  wire.Handshake().DropNext().ClientSends(kRequest).ClientSends(kRequest);
  Feed(wire.TakePackets());
  const TimeNs waiting_since = wire.now();
  reassembler_.OnTick(waiting_since + 10 * kNsPerMs);
  EXPECT_THAT(sink_.marks.requests_through, Le(waiting_since));
}

TEST_F(Reassembly, MarksGoOnWhenTheHoleIsFilled) {
  TcpConversation wire({.ack_every = 0});
  wire.Handshake().DropNext().ClientSends(kRequest).ClientSends(kRequest);
  wire.SendAt(store::Side::kClient, 0, kRequest);
  wire.ServerSends(kResponse).ServerSends(kResponse);
  Feed(wire.TakePackets());
  const TimeNs later = wire.now() + 10 * kNsPerSecond;
  reassembler_.OnTick(later);
  EXPECT_THAT(sink_.marks.requests_through, Ge(later));
}

}  // namespace
}  // namespace trafrec::reassembly
