#include "tests/reassembly/dissection/dissection_test_support.h"

namespace trafrec::reassembly {
namespace {

using namespace test_support;

ByteVector Prefixed(ByteVector prefix, const ByteVector& rest) {
  PutBytes(prefix, rest);
  return prefix;
}

TEST(DissectorLink, EthernetCarriesIpv4AndIpv6) {
  Feed feed;
  EXPECT_EQ(feed(Ethernet(Hello())), "TCP hello");
  EXPECT_EQ(feed(Ethernet(HelloV6())), "TCP hello");
}

TEST(DissectorLink, VlanTagsAreStrippedAndNamed) {
  const Dissected seen = Feed()(Ethernet(Vlan(7, Hello()), kEtherTypeVlan));
  EXPECT_EQ(seen, "TCP hello");
  EXPECT_EQ(seen.Path(), "vlan 7");
}

TEST(DissectorLink, QinQIsTwoTags) {
  const Dissected seen =
      Feed()(Ethernet(Vlan(100, Vlan(7, HelloV6()), kEtherTypeVlan), kEtherTypeQinQ));
  EXPECT_EQ(seen.Path(), "vlan 100, vlan 7");
}

TEST(DissectorLink, PriorityTagNamesNoVlan) {
  const Dissected seen = Feed()(Ethernet(Vlan(0, Hello()), kEtherTypeVlan));
  EXPECT_EQ(seen, "TCP hello");
  EXPECT_EQ(seen.Path(), "");
}

TEST(DissectorLink, LinuxCookedBothVersions) {
  EXPECT_EQ(Feed(kLinkLinuxCooked)(LinuxCooked(Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkLinuxCooked2)(LinuxCooked2(HelloV6())), "TCP hello");
}

TEST(DissectorLink, CookedVlanTag) {
  ByteVector packet = LinuxCooked(Vlan(9, Hello()));
  packet[14] = 0x81;
  packet[15] = 0x00;
  EXPECT_EQ(Feed(kLinkLinuxCooked)(packet).Path(), "vlan 9");
}

TEST(DissectorLink, NullLoopbackInEitherByteOrder) {
  EXPECT_EQ(Feed(kLinkNull)(NullLoopback(Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkNull)(NullLoopback(HelloV6())), "TCP hello");
  EXPECT_EQ(Feed(kLinkNull)(Prefixed({0, 0, 0, 2}, Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkLoop)(Prefixed({0, 0, 0, 24}, HelloV6())), "TCP hello");
}

TEST(DissectorLink, NullLoopbackOfAnotherFamilyIsNotIp) {
  EXPECT_EQ(Feed(kLinkNull)(Prefixed({7, 0, 0, 0}, Hello())), "ignored: not_ip");
}

TEST(DissectorLink, RawIpUnderAllItsNumbers) {
  for (const uint16_t link_type : {kLinkRaw, kLinkRawDlt12, kLinkRawDlt14, kLinkIpv4}) {
    EXPECT_EQ(Feed(link_type)(Hello()), "TCP hello") << link_type;
  }
  EXPECT_EQ(Feed(kLinkIpv6)(HelloV6()), "TCP hello");
}

TEST(DissectorLink, LlcWithSnapIn8023) { EXPECT_EQ(Feed()(EthernetSnap(Hello())), "TCP hello"); }

TEST(DissectorLink, IpRightOverLlc) {
  const ByteVector llc = Prefixed({0x06, 0x06, 0x03}, Hello());
  EXPECT_EQ(Feed()(Ethernet(llc, static_cast<uint16_t>(llc.size()))), "TCP hello");
}

TEST(DissectorLink, TagsOfSwitchFabricsAreSkipped) {
  const ByteVector frame = Ethernet(Hello());
  EXPECT_EQ(Feed()(Ethernet(Prefixed(Hex("80010002 0800"), Hello()), 0x8926)),
            "TCP hello");                                                              // VN-Tag
  EXPECT_EQ(Feed()(Ethernet(Prefixed(Hex("00000abc"), frame), 0x88e7)), "TCP hello");  // 802.1ah
  EXPECT_EQ(Feed()(Ethernet(Prefixed(Hex("0420"), frame), 0x8903)), "TCP hello");      // FabricPath
}

TEST(DissectorLink, SpanningTreeIsNotIp) {
  EXPECT_EQ(Feed()(Ethernet(Hex("42 42 03 00 00 00 00 00"), 8)), "ignored: not_ip");
}

TEST(DissectorLink, ArpIsNotIp) {
  EXPECT_EQ(Feed()(Ethernet(Hex("0001 0800 06 04 0001"), 0x0806)), "ignored: not_ip");
}

TEST(DissectorLink, UnknownEtherTypeIsCountedByNumber) {
  EXPECT_EQ(Feed()(Ethernet(Hello(), 0x22f3)), "ignored: unknown_encapsulation.ethertype_0x22f3");
}

TEST(DissectorLink, UnknownLinkTypeIsCountedByNumber) {
  EXPECT_EQ(Feed(147)(Hello()), "ignored: unknown_link_type.147");
}

TEST(DissectorLink, UnknownNumbersStopNothingThatComesAfterThem) {
  Feed feed;
  for (uint16_t type = 0x2000; type < 0x2100; ++type) {
    feed(Ethernet(Hello(), type));
    ASSERT_EQ(feed(Ethernet(Hello())), "TCP hello");
  }
}

TEST(DissectorLink, ManyUnknownNumbersAreCountedTogether) {
  Feed feed;
  for (uint16_t type = 0x2000; type < 0x2100; ++type) {
    feed(Ethernet(Hello(), type));
  }
  EXPECT_EQ(feed.Counter("packets.ignored.unknown_encapsulation"), 256u);
  EXPECT_EQ(feed.Counter("packets.ignored.unknown_encapsulation.others"), 256u - 64u);
}

TEST(DissectorLink, MplsStackNamesItsLabels) {
  const Dissected seen = Feed()(Ethernet(Mpls(100, Mpls(200, Hello()), true), kEtherTypeMpls));
  EXPECT_EQ(seen, "TCP hello");
  EXPECT_EQ(seen.Path(), "mpls 100, mpls 200");
}

TEST(DissectorLink, ReservedMplsLabelsNameNothing) {
  constexpr uint32_t kExplicitNull = 0, kEntropyIndicator = 7;
  EXPECT_EQ(Feed()(Ethernet(Mpls(kExplicitNull, Hello()), kEtherTypeMpls)).Path(), "");
  EXPECT_EQ(Feed()(Ethernet(Mpls(55, Mpls(kEntropyIndicator, Mpls(0xabcde, Hello()), true), true),
                            kEtherTypeMpls))
                .Path(),
            "mpls 55");
}

TEST(DissectorLink, MplsPseudowireWithControlWord) {
  const ByteVector frame = Prefixed({0, 0, 0, 1}, Ethernet(Hello()));
  EXPECT_EQ(Feed()(Ethernet(Mpls(55, frame), kEtherTypeMpls)), "TCP hello");
}

TEST(DissectorLink, MplsPseudowireWithoutControlWord) {
  EXPECT_EQ(Feed()(Ethernet(Mpls(55, Ethernet(Hello())), kEtherTypeMpls)), "TCP hello");
}

TEST(DissectorLink, MplsPseudowireWhoseAddressLooksLikeAnIpVersion) {
  ByteVector frame = Ethernet(Hello());
  frame[0] = 0x4a;
  frame[2] = 0xff;  // as a total length: more than there is
  EXPECT_EQ(Feed()(Ethernet(Mpls(55, frame), kEtherTypeMpls)), "TCP hello");
}

TEST(DissectorLink, PppoeNamesItsSession) {
  const Dissected seen = Feed()(Ethernet(Pppoe(0x1234, Ppp(Hello())), kEtherTypePppoe));
  EXPECT_EQ(seen, "TCP hello");
  EXPECT_EQ(seen.Path(), "pppoe 4660");
}

TEST(DissectorLink, PppWithAndWithoutItsOptionalBytes) {
  EXPECT_EQ(Feed(kLinkPpp)(Ppp(Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkPpp)(Prefixed({0xff, 0x03}, Ppp(HelloV6()))), "TCP hello");
  EXPECT_EQ(Feed(kLinkPppHdlc)(Prefixed({0xff, 0x03, 0x21}, Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkPppWithDirection)(Prefixed({0x00}, Ppp(Hello()))), "TCP hello");
  EXPECT_EQ(Feed(kLinkPppWithDirection)(Prefixed({0x01, 0xff, 0x03}, Ppp(Hello()))), "TCP hello");
  EXPECT_EQ(Feed(kLinkPppEther)(Pppoe(1, Ppp(Hello()))), "TCP hello");
}

TEST(DissectorLink, PppdPutsTheDirectionInPlaceOfTheAddress) {
  EXPECT_EQ(Feed(kLinkPppPppd)(Prefixed({0x01, 0x03}, Ppp(Hello()))), "TCP hello");
  EXPECT_EQ(Feed(kLinkPppPppd)(Prefixed({0x00, 0x03}, Ppp(HelloV6()))), "TCP hello");
}

TEST(DissectorLink, PppControlIsNotIp) {
  EXPECT_EQ(Feed(kLinkPpp)(Hex("ff03 c021 0101 0004")), "ignored: not_ip");
}

TEST(DissectorLink, CompressedPppIsCountedByNumber) {
  EXPECT_EQ(Feed(kLinkPpp)(Hex("ff03 002d 0101 0004")),
            "ignored: unknown_encapsulation.ppp_0x002d");
}

TEST(DissectorLink, CiscoHdlc) {
  EXPECT_EQ(Feed(kLinkCiscoHdlc)(Prefixed({0x0f, 0, 0x08, 0x00}, Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkPppHdlc)(Prefixed({0x0f, 0, 0x08, 0x00}, Hello())), "TCP hello");
}

TEST(DissectorLink, NflogPayloadIsFoundBehindOtherAttributes) {
  ByteVector packet = Hex("02 00 0000  0800 0100 0800 0300  0500 0a00 65000000");
  const ByteVector ip = Hello();
  packet.push_back(static_cast<uint8_t>(ip.size() + 4));
  PutBytes(packet, Hex("00 0900"));
  PutBytes(packet, ip);
  EXPECT_EQ(Feed(kLinkNflog)(packet), "TCP hello");
}

TEST(DissectorLink, NflogOfABigEndianHost) {
  ByteVector packet = Hex("02 00 0000  0008 0001 0800 0300");
  const ByteVector ip = Hello();
  PutBytes(packet, ByteVector{0, static_cast<uint8_t>(ip.size() + 4), 0, 9});
  PutBytes(packet, ip);
  EXPECT_EQ(Feed(kLinkNflog)(packet), "TCP hello");
}

TEST(DissectorLink, PaddingIsNoPayload) {
  ByteVector packet = Ethernet(IpTcp({.payload = "x"}));
  packet.resize(packet.size() + 5, 0);
  const Dissected seen = Feed()(packet);
  EXPECT_EQ(seen, "TCP x");
  EXPECT_EQ(seen.segment->payload_wire_bytes, 1u);
}

TEST(DissectorLink, NestingBeyondTheLimitIsIgnored) {
  const auto nested = [](int tags) {
    ByteVector inside = Hello();
    uint16_t type = 0;
    for (int i = 0; i < tags; ++i) {
      inside = Vlan(5, inside, type);
      type = kEtherTypeVlan;
    }
    return Ethernet(inside, type);
  };
  EXPECT_EQ(Feed()(nested(8)), "TCP hello");
  EXPECT_EQ(Feed()(nested(9)), "ignored: nesting");
}

}  // namespace
}  // namespace trafrec::reassembly
