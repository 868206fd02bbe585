#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reassembly/dissection/dissector.h"
#include "tests/support/impairment.h"
#include "tests/support/tcp_conversation.h"

namespace trafrec::test_support {
namespace {

using testing::ElementsAre;

/// The payloads of a conversation's packets, as the dissector reads them; "" for a bare ACK.
std::vector<std::string> Payloads(const std::vector<RawPacket>& packets) {
  reassembly::Dissector dissector(reassembly::ChecksumPolicy::kStrict);
  std::vector<std::string> payloads;
  for (const RawPacket& packet : packets) {
    const reassembly::TcpSegment* segment = dissector.Dissect(AsPacket(packet));
    payloads.emplace_back(segment == nullptr ? "?" : AsText(segment->payload));
  }
  return payloads;
}

TcpConversation Quiet(size_t mss) {
  TcpConversation::Options options;
  options.mss = mss;
  options.ack_every = 0;
  return TcpConversation(options);
}

RawPacket At(TimeNs at, uint8_t mark) { return {at, {mark}, 0, 0}; }

std::vector<uint8_t> Marks(const std::vector<RawPacket>& packets) {
  std::vector<uint8_t> marks;
  for (const RawPacket& packet : packets) {
    marks.push_back(packet.bytes.at(0));
  }
  return marks;
}

TEST(TcpConversation, DataIsCutIntoSegments) {
  EXPECT_THAT(Payloads(Quiet(4).ClientSends("abcdefghij").Packets()),
              ElementsAre("abcd", "efgh", "ij"));
}

TEST(TcpConversation, ReceiverAcknowledgesEverySecondSegmentAndTheLast) {
  TcpConversation::Options options;
  options.mss = 4;
  EXPECT_THAT(Payloads(TcpConversation(options).ServerSends("abcdefghij").Packets()),
              ElementsAre("abcd", "efgh", "", "ij", ""));
}

TEST(TcpConversation, DroppedPacketsAreMissing) {
  EXPECT_THAT(Payloads(Quiet(4).DropNext(2).ClientSends("abcdefghij").Packets()),
              ElementsAre("ij"));
}

TEST(TcpConversation, DelayedPacketComesAfterThatManyOthers) {
  EXPECT_THAT(Payloads(Quiet(4).DelayNext(1).ClientSends("abcdefghij").Packets()),
              ElementsAre("efgh", "abcd", "ij"));
}

TEST(TcpConversation, DelayedPacketIsNotLostAtTheEnd) {
  EXPECT_THAT(Payloads(Quiet(4).DelayNext(9).ClientSends("abcdef").Packets()),
              ElementsAre("ef", "abcd"));
}

TEST(TcpConversation, DuplicatedPacketComesTwice) {
  EXPECT_THAT(Payloads(Quiet(4).DuplicateNext().ClientSends("abcdef").Packets()),
              ElementsAre("abcd", "abcd", "ef"));
}

TEST(TcpConversation, TimesNeverGoBack) {
  TcpConversation wire;
  wire.Handshake().DelayNext(2).ClientSends("a").ServerSends(std::string(5'000, 'x')).Close();
  const std::vector<RawPacket>& packets = wire.Packets();
  for (size_t i = 1; i < packets.size(); ++i) {
    EXPECT_GT(packets[i].at, packets[i - 1].at);
  }
}

TEST(Impaired, TheSameSeedMakesTheSameChoice) {
  std::vector<RawPacket> packets;
  for (uint8_t i = 0; i < 100; ++i) {
    packets.push_back(At(i, i));
  }
  const Impairment impairment = {.seed = 5, .drop = 0.2, .duplicate = 0.2, .reorder = 0.3};
  const std::vector<uint8_t> once = Marks(Impaired(packets, impairment));
  EXPECT_EQ(once, Marks(Impaired(packets, impairment)));
  EXPECT_NE(once, Marks(packets));
}

TEST(Impaired, NothingHappensAtRateZero) {
  const std::vector<RawPacket> packets = {At(1, 1), At(2, 2), At(3, 3)};
  EXPECT_EQ(Marks(Impaired(packets, {})), Marks(packets));
}

TEST(MergedByTime, EqualTimesKeepTheOrderOfTheCaptures) {
  EXPECT_THAT(Marks(MergedByTime({{At(1, 10), At(5, 11)}, {At(1, 20), At(3, 21), At(5, 22)}})),
              ElementsAre(10, 20, 21, 11, 22));
}

}  // namespace
}  // namespace trafrec::test_support
