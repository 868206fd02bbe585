#include "tests/reassembly/dissection/dissection_test_support.h"

namespace trafrec::reassembly {
namespace {

using namespace test_support;

constexpr uint8_t kToAccessPoint = 0x01, kBetweenAccessPoints = 0x03, kProtected = 0x40,
                  kOrder = 0x80;

/// LLC/SNAP with "hello" inside.
ByteVector Llc() {
  ByteVector out = Hex("aaaa03 000000 0800");
  PutBytes(out, Hello());
  return out;
}

/// A data frame; `more_header` follows the 24 bytes that all have.
ByteVector DataFrame(uint8_t first_byte, uint8_t flags, const ByteVector& more_header,
                     const ByteVector& body = Llc()) {
  ByteVector out = {first_byte, flags, 0, 0};
  out.resize(24);
  PutBytes(out, more_header);
  PutBytes(out, body);
  return out;
}

constexpr uint8_t kData = 0x08, kNoData = 0x48, kQosData = 0x88, kBeacon = 0x80;

ByteVector Radiotap(const ByteVector& header, const ByteVector& frame) {
  ByteVector out = header;
  PutBytes(out, frame);
  return out;
}

TEST(DissectorWireless, DataFrame) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kData, kToAccessPoint, {})), "TCP hello");
}

TEST(DissectorWireless, FourAddressesMakeTheHeaderLonger) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kData, kBetweenAccessPoints, ByteVector(6))), "TCP hello");
}

TEST(DissectorWireless, QualityOfServiceMakesTheHeaderLonger) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kQosData, kToAccessPoint, ByteVector(2))), "TCP hello");
}

TEST(DissectorWireless, HtControlMakesTheHeaderLonger) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kQosData, kOrder, ByteVector(2 + 4))), "TCP hello");
}

TEST(DissectorWireless, ManagementAndEmptyFramesAreNotIp) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kBeacon, 0, {})), "ignored: not_ip");
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kNoData, 0, {})), "ignored: not_ip");
}

TEST(DissectorWireless, ProtectedFramesAreEncrypted) {
  EXPECT_EQ(Feed(kLink80211)(DataFrame(kData, kProtected, {})), "ignored: encrypted");
}

/// One packet of several in a frame, with what pads it.
ByteVector Subframe(const ByteVector& content, bool padded = true) {
  ByteVector out(12, 0x02);
  out.push_back(static_cast<uint8_t>(content.size() >> 8));
  out.push_back(static_cast<uint8_t>(content.size()));
  PutBytes(out, content);
  out.resize(padded ? (out.size() + 3) / 4 * 4 : out.size());
  return out;
}

ByteVector Saying(const char* payload) {
  ByteVector out = Hex("aaaa03 000000 0800");
  PutBytes(out, IpTcp({.payload = payload}));
  return out;
}

ByteVector Aggregate(const std::vector<ByteVector>& subframes) {
  ByteVector body;
  for (const ByteVector& subframe : subframes) {
    PutBytes(body, subframe);
  }
  return DataFrame(kQosData, kToAccessPoint, {0x80, 0}, body);
}

TEST(DissectorWireless, EachPacketOfAnAggregateIsFound) {
  Feed feed(kLink80211);
  EXPECT_EQ(feed(Aggregate(
                {Subframe(Saying("a")), Subframe(Saying("bc")), Subframe(Saying("d"), false)})),
            "TCP a");
  EXPECT_EQ(feed.More(), "TCP bc");
  EXPECT_EQ(feed.More(), "TCP d");
  EXPECT_EQ(feed.More(), "ignored: ");
  EXPECT_EQ(feed.Counter("packets.received"), 1);
  EXPECT_EQ(feed.Counter("packets.aggregates"), 1);
  EXPECT_EQ(feed.Counter("packets.unpacked"), 3);
  EXPECT_EQ(feed.Counter("packets.tcp"), 3);
}

TEST(DissectorWireless, PacketsOfAnAggregateThatAreNoTcpAreCountedAndPassed) {
  Feed feed(kLink80211);
  const ByteVector arp = Hex("aaaa03 000000 0806 0001");
  EXPECT_EQ(feed(Aggregate({Subframe(arp), Subframe(arp), Subframe(Saying("a"))})),
            "ignored: not_ip");
  EXPECT_EQ(feed.More().Text(), "TCP a");
  EXPECT_EQ(feed.Counter("packets.ignored.not_ip"), 2);
  EXPECT_EQ(feed.Counter("packets.unpacked"), 3);
}

TEST(DissectorWireless, AnAggregateOfOneIsAPacket) {
  Feed feed(kLink80211);
  EXPECT_EQ(feed(Aggregate({Subframe(Llc())})), "TCP hello");
  EXPECT_EQ(feed.More(), "ignored: ");
  EXPECT_EQ(feed.Counter("packets.unpacked"), 0);
}

TEST(DissectorWireless, CheckSequenceBehindAnAggregateIsNoPacket) {
  Feed feed(kLink80211);
  ByteVector frame = Aggregate({Subframe(Saying("a")), Subframe(Saying("b"))});
  PutBytes(frame, Hex("deadbeef"));
  EXPECT_EQ(feed(frame), "TCP a");
  EXPECT_EQ(feed.More(), "TCP b");
  EXPECT_EQ(feed.More(), "ignored: ");
}

TEST(DissectorWireless, PacketOfAnAggregateThatIsLongerThanItIsBad) {
  ByteVector frame = Aggregate({Subframe(Saying("a"), false)});
  frame[24 + 2 + 12] = 0x40;
  EXPECT_EQ(Feed(kLink80211)(frame), "ignored: bad_length");
}

TEST(DissectorWireless, CutAggregateGivesWhatIsThere) {
  Feed feed(kLink80211);
  const ByteVector frame =
      Aggregate({Subframe(Saying("a")), Subframe(Saying("b")), Subframe(Saying("c"))});
  const size_t first = Subframe(Saying("a")).size();
  EXPECT_EQ(feed.Cut(frame, 24 + 2 + first + 5), "TCP a");
  EXPECT_EQ(feed.More(), "ignored: truncated_header");
  EXPECT_EQ(feed.More(), "ignored: ");
}

/// A frame with its payload in a tunnel of an access point.
ByteVector Capwap(const ByteVector& frame) {
  ByteVector out = Hex("00 100300 0000 0000");
  PutBytes(out, frame);
  return UdpTo(5247, out);
}

TEST(DissectorWireless, AggregateInATunnelGivesEachPacketItsWay) {
  Feed feed(kLinkEthernet);
  const ByteVector frame = Aggregate({Subframe(Saying("a")), Subframe(Saying("b"))});
  const Dissected first = feed(Ethernet(Vlan(7, Capwap(frame)), kEtherTypeVlan));
  EXPECT_EQ(first, "TCP a");
  EXPECT_EQ(first.Path(), "vlan 7");
  const Dissected second = feed.More();
  EXPECT_EQ(second, "TCP b");
  EXPECT_EQ(second.Path(), "vlan 7");
}

TEST(DissectorWireless, AggregateInFragmentsIsThereUntilItsLastPacket) {
  Feed feed(kLinkRaw);
  const ByteVector frame = Aggregate({Subframe(Saying("a")), Subframe(Saying("b"))});
  const std::vector<ByteVector> fragments = Fragments(Capwap(frame), 64, 1);
  for (size_t i = 0; i + 1 < fragments.size(); ++i) {
    EXPECT_EQ(feed(fragments[i]), "ignored: fragment");
  }
  EXPECT_EQ(feed(fragments.back()), "TCP a");
  EXPECT_EQ(feed.More(), "TCP b");
}

TEST(DissectorWireless, AggregateWithinAnAggregateIsNesting) {
  ByteVector tunnel = Hex("aaaa03 000000 0800");
  PutBytes(tunnel, Capwap(Aggregate({Subframe(Saying("inner"))})));
  Feed feed(kLink80211);
  EXPECT_EQ(feed(Aggregate({Subframe(tunnel), Subframe(Saying("outer"))})), "ignored: nesting");
  EXPECT_EQ(feed.More(), "TCP outer");
}

TEST(DissectorWireless, EmptyPacketsOfAnAggregateCostAStepEach) {
  Feed feed(kLink80211);
  EXPECT_EQ(feed(Aggregate(std::vector<ByteVector>(4'000, Subframe({})))), "ignored: bad_length");
  EXPECT_EQ(feed.More(), "ignored: bad_length");
  EXPECT_EQ(feed.Counter("packets.unpacked"), 4'000);
  EXPECT_LE(feed.Counter("dissection.steps"), 2 * 4'000 + 2);
}

TEST(DissectorWireless, AggregateIsPaddedBehindItsHeaderAsOthersAre) {
  const ByteVector header = Hex("00 00 0900 02000000 20");
  ByteVector body(2);
  PutBytes(body, Subframe(Saying("a")));
  PutBytes(body, Subframe(Saying("b")));
  Feed feed(kLink80211Radiotap);
  EXPECT_EQ(feed(Radiotap(header, DataFrame(kQosData, kToAccessPoint, {0x80, 0}, body))), "TCP a");
  EXPECT_EQ(feed.More(), "TCP b");
}

TEST(DissectorWireless, RadiotapHeaderIsSkipped) {
  const ByteVector header = Hex("00 00 0900 02000000 00");
  EXPECT_EQ(Feed(kLink80211Radiotap)(Radiotap(header, DataFrame(kData, 0, {}))), "TCP hello");
}

TEST(DissectorWireless, RadiotapFlagsStandBehindTheTime) {
  // Two words of present bits, the time (aligned to eight), then flags: header padded.
  const ByteVector header = Hex("00 00 1900 03000080 00000000 00000000 1122334455667788 20");
  const ByteVector padded = DataFrame(kQosData, 0, ByteVector(2 + 2));
  EXPECT_EQ(Feed(kLink80211Radiotap)(Radiotap(header, padded)), "TCP hello");
}

TEST(DissectorWireless, RadiotapSaysThatTheFrameIsDamaged) {
  const ByteVector header = Hex("00 00 0900 02000000 40");
  EXPECT_EQ(Feed(kLink80211Radiotap)(Radiotap(header, DataFrame(kData, 0, {}))),
            "ignored: bad_checksum");
}

TEST(DissectorWireless, RadiotapLongerThanThePacketIsBad) {
  EXPECT_EQ(Feed(kLink80211Radiotap)(Hex("00 00 ff00 02000000 00")), "ignored: bad_length");
}

TEST(DissectorWireless, PpiNamesTheLinkType) {
  EXPECT_EQ(Feed(kLinkPpi)(Radiotap(Hex("00 00 0800 69000000"), DataFrame(kData, 0, {}))),
            "TCP hello");
  EXPECT_EQ(Feed(kLinkPpi)(Radiotap(Hex("00 00 0c00 01000000 deadbeef"), Ethernet(Hello()))),
            "TCP hello");
}

TEST(DissectorWireless, PpiInsidePpiWithoutEndIsNesting) {
  ByteVector packet;
  for (int i = 0; i < 200; ++i) {
    PutBytes(packet, Hex("00 00 0800 c0000000"));
  }
  EXPECT_EQ(Feed(kLinkPpi)(packet), "ignored: nesting");
}

}  // namespace
}  // namespace trafrec::reassembly
