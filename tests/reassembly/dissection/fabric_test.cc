#include <initializer_list>

#include "tests/reassembly/dissection/dissection_test_support.h"

// Tags of fabrics and service chains, tunnels of access networks, headers of capturing systems.

namespace trafrec::reassembly {
namespace {

using namespace test_support;

ByteVector Prefixed(ByteVector prefix, const ByteVector& rest) {
  PutBytes(prefix, rest);
  return prefix;
}

Dissected Tagged(uint16_t ether_type, const char* tag, const ByteVector& rest) {
  return Feed()(Ethernet(Prefixed(Hex(tag), rest), ether_type));
}

TEST(DissectorFabric, PortExtenderAndRedundancyTagsAreSkipped) {
  EXPECT_EQ(Tagged(0x893f, "0000 0001 0000 0800", Hello()), "TCP hello");
  EXPECT_EQ(Tagged(0x893f, "0000 0001 0000 86dd", HelloV6()), "TCP hello");
  EXPECT_EQ(Tagged(0x892f, "0050 0001 0800", Hello()), "TCP hello");
}

TEST(DissectorFabric, TagMayBeFollowedByAVlan) {
  EXPECT_EQ(Tagged(0x893f, "0000 0001 0000 8100", Vlan(7, Hello())).Path(), "vlan 7");
}

TEST(DissectorFabric, CiscoMetadataSaysItsLength) {
  EXPECT_EQ(Tagged(0x8909, "0101 00010005 0800", Hello()), "TCP hello");
  EXPECT_EQ(Tagged(0x8909, "0102 00010005 00000000 0800", Hello()), "TCP hello");
}

TEST(DissectorFabric, MacsecIsReadUnlessItIsEncrypted) {
  ByteVector checked = Prefixed(Hex("00 00 00000001 0800"), Hello());
  PutBytes(checked, ByteVector(16, 0x5a));
  EXPECT_EQ(Feed()(Ethernet(checked, 0x88e5)), "TCP hello");
  EXPECT_EQ(Tagged(0x88e5, "20 00 00000001 0102030405060708 0800", Hello()), "TCP hello");
  EXPECT_EQ(Tagged(0x88e5, "2c 00 00000001 0102030405060708 0800", Hello()), "ignored: encrypted");
}

TEST(DissectorFabric, ServiceHeaderOfBothKinds) {
  EXPECT_EQ(Tagged(0x894f, "0fc2 02 03 000001ff", Ethernet(Hello())), "TCP hello");
  EXPECT_EQ(Tagged(0x894f, "0fc6 01 01 000001ff 00000000000000000000000000000000", Hello()),
            "TCP hello");
  EXPECT_EQ(Tagged(0x894f, "0fc2 02 02 000001ff", HelloV6()), "TCP hello");
}

TEST(DissectorFabric, ServiceHeaderInTunnels) {
  const ByteVector service = Prefixed(Hex("0fc2 02 03 000001ff"), Ethernet(Hello()));
  EXPECT_EQ(Feed()(Ethernet(UdpTo(4790, Prefixed(Hex("0c000004 00002a00"), service)))).Path(),
            "vxlan 42");
  EXPECT_EQ(Feed()(Ethernet(Gre(service, {.ether_type = 0x894f}))), "TCP hello");
}

TEST(DissectorFabric, ServiceHeaderOfAnUnknownProtocolIsCountedByNumber) {
  EXPECT_EQ(Tagged(0x894f, "0fc2 02 09 000001ff", Hello()),
            "ignored: unknown_encapsulation.nsh_0x0009");
}

TEST(DissectorFabric, EthernetOverIp) {
  EXPECT_EQ(Feed()(Ethernet(IpPacket({.protocol = 97}, Prefixed(Hex("3000"), Ethernet(Hello()))))),
            "TCP hello");
}

TEST(DissectorFabric, L2tpVersion3WithAnyCookie) {
  for (const char* header : {"00000007", "00000007 aabbccdd", "00000007 aabbccddeeff0011",
                             "00000007 aabbccddeeff0011 40000001"}) {
    EXPECT_EQ(
        Feed()(Ethernet(IpPacket({.protocol = 115}, Prefixed(Hex(header), Ethernet(Hello()))))),
        "TCP hello")
        << header;
  }
  EXPECT_EQ(Feed()(Ethernet(IpPacket({.protocol = 115}, Prefixed(Hex("00000000"), Hello())))),
            "ignored: not_ip");
}

Dissected ToPort(uint16_t port, const char* header, const ByteVector& rest) {
  return Feed()(Ethernet(UdpTo(port, Prefixed(Hex(header), rest))));
}

TEST(DissectorAccessTunnel, L2tpWithEveryOptionalField) {
  const ByteVector ppp = Prefixed(Hex("ff03"), Ppp(Hello()));
  ByteVector full = Hex("4a02");
  Put16(full, static_cast<uint32_t>(16 + ppp.size()));
  PutBytes(full, Hex("0005 0006 0001 0002 0002 0000"));
  EXPECT_EQ(ToPort(1701, "0002 0005 0006", ppp), "TCP hello");
  EXPECT_EQ(Feed()(Ethernet(UdpTo(1701, Prefixed(full, ppp)))), "TCP hello");
}

TEST(DissectorAccessTunnel, CapwapCarriesFramesOfBothKinds) {
  EXPECT_EQ(ToPort(5247, "00 100200 0000 0000", Ethernet(Hello())), "TCP hello");
  ByteVector wireless = Hex("0801 0000 020000000003 020000000001 020000000002 1000");
  PutBytes(wireless, Hex("aaaa03 000000 0800"));
  PutBytes(wireless, Hello());
  EXPECT_EQ(ToPort(5247, "00 100300 0000 0000", wireless), "TCP hello");
  EXPECT_EQ(ToPort(5247, "00 100208 0000 0000", Hex("00")), "ignored: not_ip");  // keep-alive
}

TEST(DissectorAccessTunnel, TzspSkipsItsTags) {
  EXPECT_EQ(ToPort(37008, "01 00 0001 01", Ethernet(Hello())), "TCP hello");
  EXPECT_EQ(ToPort(37008, "01 00 0001 00 0a01c8 01", Ethernet(Hello())), "TCP hello");
}

TEST(DissectorAccessTunnel, LispAndGueCarryIp) {
  EXPECT_EQ(ToPort(4341, "80000005 00000000", Hello()), "TCP hello");
  EXPECT_EQ(ToPort(6080, "00 04 0000", Hello()), "TCP hello");
  EXPECT_EQ(ToPort(6080, "01 29 0000 00000000", HelloV6()), "TCP hello");
  EXPECT_EQ(ToPort(6080, "", Hello()), "TCP hello");
}

TEST(DissectorAccessTunnel, OtherProgramsOnTheirPortsAreOrdinaryUdp) {
  for (const uint16_t port : std::initializer_list<uint16_t>{1701, 5247, 37008, 4341, 6080}) {
    EXPECT_EQ(ToPort(port, "45 67 89 ab cd ef", Hello()), "ignored: udp") << port;
    EXPECT_EQ(ToPort(port, "", Hex("01")), "ignored: udp") << port;
  }
}

TEST(DissectorCaptureHeader, PrismAndAvsUnderBothNumbers) {
  ByteVector wireless = Hex("0801 0000 020000000003 020000000001 020000000002 1000");
  PutBytes(wireless, Hex("aaaa03 000000 0800"));
  PutBytes(wireless, Hello());
  ByteVector prism = Hex("44000000 90000000");
  prism.resize(144);
  ByteVector avs = Hex("80211001 00000040");
  avs.resize(64);
  EXPECT_EQ(Feed(kLink80211Prism)(Prefixed(prism, wireless)), "TCP hello");
  EXPECT_EQ(Feed(kLink80211Prism)(Prefixed(avs, wireless)), "TCP hello");
  EXPECT_EQ(Feed(kLink80211Avs)(Prefixed(avs, wireless)), "TCP hello");
}

TEST(DissectorCaptureHeader, PacketFilterAndIpsecOfBsd) {
  ByteVector log = Hex("3d 02 00 00");
  log.resize(64);
  EXPECT_EQ(Feed(kLinkPfLog)(Prefixed(log, Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkEnc)(Prefixed(ByteVector(12), HelloV6())), "TCP hello");
}

TEST(DissectorCaptureHeader, PktapNamesTheLinkTypeOfEachPacket) {
  ByteVector header = Hex("6c000000 01000000 01000000");
  header.resize(108);
  Feed feed(kLinkPktap);
  EXPECT_EQ(feed(Prefixed(header, Ethernet(Hello()))), "TCP hello");
  header[8] = kLinkRawDlt12;
  EXPECT_EQ(feed(Prefixed(header, HelloV6())), "TCP hello");
  header[8] = 147;
  EXPECT_EQ(feed(Prefixed(header, Hello())), "ignored: unknown_link_type.147");
}

TEST(DissectorCaptureHeader, RingsAndSerialNetworks) {
  const ByteVector snap = Hex("aaaa03 000000 0800");
  EXPECT_EQ(Feed(kLinkFddi)(Prefixed(Prefixed(ByteVector(13), snap), Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkTokenRing)(Prefixed(Prefixed(ByteVector(14), snap), Hello())), "TCP hello");
  ByteVector routed(14);
  routed[8] = 0x80;
  PutBytes(routed, Hex("0410 0011"));
  EXPECT_EQ(Feed(kLinkTokenRing)(Prefixed(Prefixed(routed, snap), Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkAtm)(Prefixed(snap, Hello())), "TCP hello");
  EXPECT_EQ(Feed(kLinkIpOverFibreChannel)(Prefixed(Prefixed(ByteVector(16), snap), Hello())),
            "TCP hello");
  EXPECT_EQ(Feed(kLinkMpls)(Mpls(70, Hello())).Path(), "mpls 70");
}

TEST(DissectorCaptureHeader, FrameRelayInAllItsForms) {
  Feed feed(kLinkFrameRelay);
  EXPECT_EQ(feed(Prefixed(Hex("1841 03 cc"), Hello())), "TCP hello");
  EXPECT_EQ(feed(Prefixed(Hex("1841 03 8e"), HelloV6())), "TCP hello");
  EXPECT_EQ(feed(Prefixed(Hex("1841 03 00 80 000000 0800"), Hello())), "TCP hello");
  EXPECT_EQ(feed(Prefixed(Hex("1841 0800"), Hello())), "TCP hello");
  EXPECT_EQ(feed(Prefixed(Hex("18400043 03 cc"), Hello())), "TCP hello");
  EXPECT_EQ(feed(Hex("1841 03 08 0051 7500")), "ignored: not_ip");
}

}  // namespace
}  // namespace trafrec::reassembly
