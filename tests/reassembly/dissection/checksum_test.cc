#include <random>

#include "reassembly/dissection/checksum.h"
#include "tests/reassembly/dissection/dissection_test_support.h"

namespace trafrec::reassembly {
namespace {

using namespace test_support;

ByteVector With(Tcp::Checksum checksum, Tcp tcp = {.payload = "hello"}) {
  tcp.checksum = checksum;
  return Ethernet(IpTcp(tcp));
}

Dissected Judged(ChecksumPolicy policy, const ByteVector& packet) {
  return Feed(kLinkEthernet, policy)(packet);
}

Packet Live(const RawPacket& raw, bool outgoing, bool not_ready) {
  Packet packet = AsPacket(raw);
  packet.outgoing = outgoing;
  packet.checksum_not_ready = not_ready;
  return packet;
}

const ByteVector kWrongHeader =
    Ethernet(IpPacket({.wrong_checksum = true}, TcpBytes({.payload = "hello"})));

TEST(FoldedSum, AgreesWithTheDefinitionAtEveryLengthAndAlignment) {
  std::mt19937 random(3);
  ByteVector bytes(300);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<uint8_t>(random()); });
  for (size_t from = 0; from < 9; ++from) {
    for (size_t size = 0; from + size < bytes.size(); ++size) {
      const Bytes part = Bytes(bytes).subspan(from, size);
      const uint16_t expected = static_cast<uint16_t>(~InternetChecksum(part));
      ASSERT_EQ(std::byteswap(FoldedSum(part)), expected) << from << " " << size;
    }
  }
}

TEST(FoldedSum, CarriesAreNotLost) {
  const ByteVector ones(100'000, 0xff);
  EXPECT_EQ(FoldedSum(ones, 0xffff'ffff'ffff'ffff), 0xffff);
}

TEST(DissectorChecksum, WrongOneIsIgnoredAndItsPayloadCounted) {
  Feed feed;
  EXPECT_EQ(feed(With(Tcp::Checksum::kWrong)), "ignored: bad_checksum");
  EXPECT_EQ(feed.Counter("payload.bad_checksum_bytes"), 5u);
}

TEST(DissectorChecksum, ZeroIsWrong) {
  EXPECT_EQ(Feed()(With(Tcp::Checksum::kZero)), "ignored: bad_checksum");
}

TEST(DissectorChecksum, BarePseudoHeaderSumIsLeftToTheCard) {
  EXPECT_EQ(Feed()(With(Tcp::Checksum::kPseudoHeader)), "TCP hello");
}

TEST(DissectorChecksum, StrictTakesOnlyWhatIsRight) {
  constexpr auto kStrict = ChecksumPolicy::kStrict;
  EXPECT_EQ(Judged(kStrict, With(Tcp::Checksum::kRight)), "TCP hello");
  EXPECT_EQ(Judged(kStrict, With(Tcp::Checksum::kPseudoHeader)), "ignored: bad_checksum");
  EXPECT_EQ(Judged(kStrict, kWrongHeader), "ignored: bad_checksum");
}

TEST(DissectorChecksum, IgnoreTakesEverything) {
  constexpr auto kIgnore = ChecksumPolicy::kIgnore;
  EXPECT_EQ(Judged(kIgnore, With(Tcp::Checksum::kWrong)), "TCP hello");
  EXPECT_EQ(Judged(kIgnore, kWrongHeader), "TCP hello");
}

TEST(DissectorChecksum, OutgoingAndNotReadyOnesMayBeWrong) {
  const RawPacket raw = {1, With(Tcp::Checksum::kWrong), 0, 0};
  EXPECT_EQ(Feed()(Live(raw, true, false)), "TCP hello");
  EXPECT_EQ(Feed()(Live(raw, false, true)), "TCP hello");
}

TEST(DissectorChecksum, OutgoingCookedPacketsMayBeWrong) {
  ByteVector packet = LinuxCooked(IpTcp({.payload = "hello", .checksum = Tcp::Checksum::kWrong}));
  EXPECT_EQ(Feed(kLinkLinuxCooked)(packet), "ignored: bad_checksum");
  packet[1] = 4;
  EXPECT_EQ(Feed(kLinkLinuxCooked)(packet), "TCP hello");
}

TEST(DissectorChecksum, LoopbackMayBeWrong) {
  const auto between = [](const char* source, const char* destination) {
    return With(Tcp::Checksum::kWrong,
                {.source = Ip(source, 1), .destination = Ip(destination, 2), .payload = "hello"});
  };
  EXPECT_EQ(Feed()(between("127.0.0.1", "127.0.0.2")), "TCP hello");
  EXPECT_EQ(Feed()(between("::1", "::1")), "TCP hello");
  EXPECT_EQ(Feed()(between("10.0.0.7", "10.0.0.7")), "TCP hello");
  EXPECT_EQ(Feed()(between("10.0.0.7", "10.0.0.8")), "ignored: bad_checksum");
}

TEST(DissectorChecksum, LoopbackLinksMayBeWrong) {
  const ByteVector ip = IpTcp({.payload = "hello", .checksum = Tcp::Checksum::kWrong});
  EXPECT_EQ(Feed(kLinkNull)(NullLoopback(ip)), "TCP hello");
  ByteVector without_addresses = Ethernet(ip);
  std::fill_n(without_addresses.begin(), 12, uint8_t{0});
  EXPECT_EQ(Feed()(without_addresses), "TCP hello");
}

TEST(DissectorChecksum, PacketLargerThanAnyWireTakesMayBeWrong) {
  const Tcp large = {.payload = std::string(30'000, 'x')};
  EXPECT_EQ(Feed()(With(Tcp::Checksum::kWrong, large)), "TCP " + large.payload);
}

TEST(DissectorChecksum, CutPacketCannotBeJudged) {
  Feed feed;
  EXPECT_EQ(feed.Cut(With(Tcp::Checksum::kWrong), 56), "TCP he");
  EXPECT_EQ(feed.Counter("checksums.tcp.unjudged"), 1u);
}

TEST(DissectorChecksum, WrongIpv4HeaderIsIgnored) {
  EXPECT_EQ(Feed()(kWrongHeader), "ignored: bad_checksum");
}

TEST(DissectorChecksum, WrongIpv4HeaderOfACutPacketIsIgnored) {
  EXPECT_EQ(Feed().Cut(kWrongHeader, 56), "ignored: bad_checksum");
}

TEST(DissectorChecksum, WrongIpv4HeaderOfATunnelIsIgnored) {
  ByteVector packet = Ethernet(IpInIpv4(Hello()));
  packet[14 + 10] ^= 0x55;
  EXPECT_EQ(Feed()(packet), "ignored: bad_checksum");
}

TEST(DissectorChecksum, ZeroInTheIpv4HeaderIsLeftToTheCard) {
  ByteVector packet = Ethernet(Hello());
  packet[14 + 10] = packet[14 + 11] = 0;
  EXPECT_EQ(Feed()(packet), "TCP hello");
}

/// As if the addresses had been replaced in the file: 10.0.0.1 by 99.1.2.3.
ByteVector Rewritten(const std::string& payload, bool header_repaired) {
  ByteVector packet = IpTcp({.payload = payload});
  const ByteVector address = {99, 1, 2, 3};
  std::copy(address.begin(), address.end(), packet.begin() + 12);
  if (header_repaired) {
    packet[10] = packet[11] = 0;
    const uint16_t sum = InternetChecksum(Bytes(packet).first(20));
    packet[10] = static_cast<uint8_t>(sum >> 8);
    packet[11] = static_cast<uint8_t>(sum);
  }
  return Ethernet(packet);
}

TEST(DissectorChecksum, ReplacedAddressesShowInBothChecksums) {
  EXPECT_EQ(Feed()(Rewritten("hello", false)), "TCP hello");
}

TEST(DissectorChecksum, ReplacedAddressesUnderARepairedHeaderShowInTheSecondPacket) {
  Feed feed;
  EXPECT_EQ(feed(Rewritten("hello", true)), "ignored: bad_checksum");
  EXPECT_EQ(feed(Rewritten("world", true)), "TCP world");
  EXPECT_EQ(feed.Counter("checksums.tcp.rewritten"), 1u);
}

TEST(DissectorChecksum, TheSameDamagedPacketTwiceIsNoProofOfReplacedAddresses) {
  Feed feed;
  feed(Rewritten("hello", true));
  EXPECT_EQ(feed(Rewritten("hello", true)), "ignored: bad_checksum");
}

TEST(DissectorChecksum, DamageBetweenAddressesThatWereRightIsNeverExplained) {
  Feed feed;
  feed(Ethernet(IpTcp({.payload = "right"})));
  for (const char* payload : {"one", "two", "three"}) {
    EXPECT_EQ(feed(With(Tcp::Checksum::kWrong, {.payload = payload})), "ignored: bad_checksum");
  }
}

}  // namespace
}  // namespace trafrec::reassembly
