#include "tests/reassembly/dissection/dissection_test_support.h"

namespace trafrec::reassembly {
namespace {

using namespace test_support;

Dissected Wrapped(const ByteVector& ip_packet) { return Feed()(Ethernet(ip_packet)); }

TEST(DissectorTunnel, IpInIpInAllCombinations) {
  for (const ByteVector& inside : {Hello(), HelloV6()}) {
    EXPECT_EQ(Wrapped(IpInIpv4(inside)), "TCP hello");
    EXPECT_EQ(Wrapped(IpInIpv6(inside)), "TCP hello");
    EXPECT_EQ(Wrapped(IpInIpv4(inside)).Path(), "ip-in-ip 0");
  }
}

TEST(DissectorTunnel, InnerAddressesAreTheConnections) {
  const Dissected seen = Wrapped(IpInIpv4(Hello()));
  EXPECT_EQ(seen.segment->source, Ip("10.0.0.1", 40'000));
}

TEST(DissectorTunnel, GreWithEveryOptionalField) {
  EXPECT_EQ(Wrapped(Gre(Hello())), "TCP hello");
  const Dissected seen =
      Wrapped(Gre(HelloV6(), {.checksum = true, .has_key = true, .key = 99, .sequence = true}));
  EXPECT_EQ(seen, "TCP hello");
  EXPECT_EQ(seen.Path(), "gre 99");
}

TEST(DissectorTunnel, GreCarriesEthernetAndMpls) {
  EXPECT_EQ(Wrapped(Gre(Ethernet(Hello()), {.ether_type = 0x6558})), "TCP hello");
  EXPECT_EQ(Wrapped(Gre(Mpls(70, Hello()), {.ether_type = kEtherTypeMpls})).Path(),
            "gre 0, mpls 70");
}

TEST(DissectorTunnel, UnknownProtocolOfGreIsCountedByNumber) {
  EXPECT_EQ(Wrapped(Gre(Hello(), {.ether_type = 0x22f3})),
            "ignored: unknown_encapsulation.ethertype_0x22f3");
}

TEST(DissectorTunnel, PptpCarriesPpp) {
  const ByteVector ppp = Ppp(Hello());
  ByteVector gre = Hex("3081 880b");
  Put16(gre, static_cast<uint32_t>(ppp.size()));
  PutBytes(gre, Hex("0011 00000001 00000002"));
  PutBytes(gre, ppp);
  const Dissected seen = Wrapped(IpPacket({.protocol = kProtocolGre}, gre));
  EXPECT_EQ(seen, "TCP hello");
  EXPECT_EQ(seen.Path(), "gre 17");
}

TEST(DissectorTunnel, PptpAcknowledgmentCarriesNothing) {
  EXPECT_EQ(Wrapped(IpPacket({.protocol = kProtocolGre}, Hex("2081 880b 0000 0011 00000002"))),
            "ignored: not_ip");
}

TEST(DissectorTunnel, ErspanOfAllTypes) {
  EXPECT_EQ(Wrapped(Erspan(1, 0, Ethernet(Hello()))).Path(), "erspan 0");
  EXPECT_EQ(Wrapped(Erspan(2, 77, Ethernet(Hello()))).Path(), "erspan 77");
  EXPECT_EQ(Wrapped(Erspan(3, 78, Ethernet(Hello()))).Path(), "erspan 78");
}

TEST(DissectorTunnel, WccpWithAndWithoutItsHeader) {
  constexpr uint16_t kWccp = 0x883e;
  EXPECT_EQ(Wrapped(Gre(Hello(), {.ether_type = kWccp})), "TCP hello");
  ByteVector redirected = {0, 0, 0, 0};
  PutBytes(redirected, Hello());
  EXPECT_EQ(Wrapped(Gre(redirected, {.ether_type = kWccp})), "TCP hello");
}

TEST(DissectorTunnel, VxlanNamesItsNetwork) {
  EXPECT_EQ(Wrapped(Vxlan(0xabcdef, Ethernet(Hello()))), "TCP hello");
  EXPECT_EQ(Wrapped(Vxlan(42, Ethernet(Hello()))).Path(), "vxlan 42");
  EXPECT_EQ(Wrapped(Vxlan(42, Ethernet(Hello()), 8472)).Path(), "vxlan 42");
}

TEST(DissectorTunnel, VxlanKeepsTheVlanInside) {
  EXPECT_EQ(Wrapped(Vxlan(42, Ethernet(Vlan(7, Hello()), kEtherTypeVlan))).Path(),
            "vxlan 42, vlan 7");
}

TEST(DissectorTunnel, GeneveWithOptions) {
  const Dissected seen = Wrapped(Geneve(5, Ethernet(Hello()), 0x6558, ByteVector(8)));
  EXPECT_EQ(seen, "TCP hello");
  EXPECT_EQ(seen.Path(), "geneve 5");
  EXPECT_EQ(Wrapped(Geneve(5, HelloV6(), kEtherTypeIpv6)), "TCP hello");
}

TEST(DissectorTunnel, UnknownProtocolOfGeneveIsCountedByNumber) {
  EXPECT_EQ(Wrapped(Geneve(5, Hello(), 0x22f3)), "ignored: unknown_encapsulation.ethertype_0x22f3");
}

ByteVector VxlanGpe(uint8_t flags, uint8_t protocol, Bytes inside) {
  ByteVector out = {flags, 0, 0, protocol, 0, 0, 7, 0};
  PutBytes(out, inside);
  return UdpTo(4790, out);
}

TEST(DissectorTunnel, VxlanGpeCarriesWhatItSays) {
  EXPECT_EQ(Wrapped(VxlanGpe(0x0c, 1, Hello())), "TCP hello");
  EXPECT_EQ(Wrapped(VxlanGpe(0x0c, 2, HelloV6())), "TCP hello");
  EXPECT_EQ(Wrapped(VxlanGpe(0x0c, 3, Ethernet(Hello()))).Path(), "vxlan 7");
  EXPECT_EQ(Wrapped(VxlanGpe(0x0c, 5, Mpls(70, Hello()))).Path(), "vxlan 7, mpls 70");
  EXPECT_EQ(Wrapped(VxlanGpe(0x08, 0, Ethernet(Hello()))).Path(), "vxlan 7");
}

TEST(DissectorTunnel, UnknownProtocolOfVxlanGpeIsCountedByNumber) {
  EXPECT_EQ(Wrapped(VxlanGpe(0x0c, 6, Hello())), "ignored: unknown_encapsulation.vxlan_gpe_0x0006");
}

TEST(DissectorTunnel, MplsOverUdp) {
  EXPECT_EQ(Wrapped(UdpTo(6635, Mpls(70, Hello()))).Path(), "mpls 70");
  EXPECT_EQ(Wrapped(UdpTo(6635, Mpls(70, Mpls(71, HelloV6()), true))).Path(), "mpls 70, mpls 71");
}

TEST(DissectorTunnel, GtpNamesItsTunnel) {
  EXPECT_EQ(Wrapped(GtpUser(0x01020304, Hello())).Path(), "gtp 16909060");
  EXPECT_EQ(Wrapped(GtpUser(1, HelloV6(), true)), "TCP hello");
}

TEST(DissectorTunnel, TeredoWithAndWithoutOrigin) {
  EXPECT_EQ(Wrapped(Teredo(HelloV6())), "TCP hello");
  EXPECT_EQ(Wrapped(Teredo(HelloV6(), true)).Path(), "teredo 0");
}

TEST(DissectorTunnel, AyiyaSkipsIdentityAndSignature) {
  EXPECT_EQ(Wrapped(Ayiya(HelloV6())), "TCP hello");
  EXPECT_EQ(Wrapped(Ayiya(Hello())), "TCP hello");
}

TEST(DissectorTunnel, AnswersOfGtpComeFromItsPort) {
  ByteVector packet = GtpUser(7, Hello());
  constexpr size_t kPorts = 20;  // behind an IPv4 header
  packet[kPorts + 2] = packet[kPorts + 3] = 0x77;
  packet[kPorts] = kGtpUserPort >> 8;
  packet[kPorts + 1] = kGtpUserPort & 0xff;
  packet[kPorts + 6] = packet[kPorts + 7] = 0;  // no checksum
  EXPECT_EQ(Wrapped(packet).Path(), "gtp 7");
}

TEST(DissectorTunnel, GreOverUdp) {
  EXPECT_EQ(Wrapped(UdpTo(kGreOverUdpPort, GreBytes(Hello()))).Path(), "gre 0");
}

TEST(DissectorTunnel, OrdinaryUdpOnATunnelsPortIsUdp) {
  const ByteVector text =
      Bytestring("just some text that a program sends in a datagram of its own");
  for (const uint16_t port :
       {kVxlanPort, uint16_t{8472}, uint16_t{4790}, uint16_t{6635}, kGenevePort, kGtpUserPort,
        kTeredoPort, kGreOverUdpPort, kAyiyaPort}) {
    EXPECT_EQ(Wrapped(UdpTo(port, text)), "ignored: udp") << port;
    EXPECT_EQ(Wrapped(UdpTo(port, {})), "ignored: udp") << port;
  }
}

TEST(DissectorTunnel, TunnelOnAnotherPortIsUdp) {
  EXPECT_EQ(Wrapped(Vxlan(42, Ethernet(Hello()), 5000)), "ignored: udp");
}

TEST(DissectorTunnel, UdpLengthThatContradictsThePacketIsBad) {
  ByteVector packet = Ethernet(UdpTo(53, Bytestring("question")));
  packet[14 + 20 + 5] = 200;
  EXPECT_EQ(Feed()(packet), "ignored: bad_length");
}

TEST(DissectorTunnel, TunnelsNestToTheLimit) {
  const auto nested = [](int times) {
    ByteVector packet = Hello();
    for (int i = 0; i < times; ++i) {
      packet = IpInIpv4(packet);
    }
    return packet;
  };
  EXPECT_EQ(Wrapped(nested(8)), "TCP hello");
  EXPECT_EQ(Wrapped(nested(9)), "ignored: nesting");
}

TEST(DissectorTunnel, FragmentedTunnelCarriesAFragmentedPacket) {
  const std::string payload(3'000, 'z');
  Feed feed;
  std::string delivered;
  for (const ByteVector& inner : Fragments(IpTcp({.payload = payload}), 1'000, 5)) {
    for (const ByteVector& outer :
         Fragments(Vxlan(9, Ethernet(inner)), 400, inner[6] * 256u + inner[7])) {
      delivered += feed(Ethernet(outer)).payload;
    }
  }
  EXPECT_EQ(delivered, payload);
}

TEST(DissectorTunnel, MirrorThatCutsTunnelledPacketsLeavesTheirLengths) {
  ByteVector frame = Ethernet(IpTcp({.payload = std::string(5'000, 'x')}));
  frame.resize(256);
  const Dissected seen = Wrapped(Vxlan(42, frame));
  EXPECT_EQ(seen.payload.size(), 256u - 54);
  EXPECT_EQ(seen.segment->payload_wire_bytes, 5'000u);
}

/// A packet that came through a filter for these ports.
Dissected Asked(Feed& feed, const ByteVector& frame, const std::vector<uint16_t>& ports) {
  const RawPacket raw{1'700'000'000 * kNsPerSecond, frame, 0, 0};
  Packet packet = AsPacket(raw, kLinkEthernet);
  packet.ports = &ports;
  return feed(packet);
}

TEST(DissectorPorts, EitherPortInATunnelMayBeTheOneAskedFor) {
  const ByteVector frame = Ethernet(Vxlan(42, Ethernet(IpTcp({.source = Ip("10.0.0.1", 40'000),
                                                              .destination = Ip("10.0.0.2", 80),
                                                              .payload = "hello"}))));
  Feed feed;
  EXPECT_EQ(Asked(feed, frame, {80}), "TCP hello");
  EXPECT_EQ(Asked(feed, frame, {7, 40'000}), "TCP hello");
}

TEST(DissectorPorts, OtherPortIsIgnoredByThatReasonAndItsChecksumNotJudged) {
  const ByteVector frame =
      Ethernet(Vxlan(42, Ethernet(IpTcp({.source = Ip("10.0.0.1", 40'000),
                                         .destination = Ip("10.0.0.2", 80),
                                         .payload = "hello",
                                         .checksum = Tcp::Checksum::kWrong}))));
  Feed feed;
  EXPECT_EQ(Asked(feed, frame, {81, 9'200}), "ignored: other_port");
  EXPECT_EQ(feed.Counter("checksums.tcp"), 0u);
}

TEST(DissectorPorts, LaterFragmentOfUdpWhoseFirstWasNotLetThroughIsNotKept) {
  const std::vector<ByteVector> parts = Fragments(UdpTo(53, ByteVector(3'000)), 1'000, 5);
  Feed feed;
  for (size_t i = 1; i < parts.size(); ++i) {
    EXPECT_EQ(Asked(feed, Ethernet(parts[i]), {80}), "ignored: fragment");
    EXPECT_EQ(Asked(feed, Ethernet(Vlan(7, parts[i]), kEtherTypeVlan), {80}), "ignored: fragment");
  }
  EXPECT_EQ(feed.Counter("datagrams.fragmented"), 0u);
}

TEST(DissectorPorts, FragmentsInsideATunnelMayComeInAnyOrder) {
  std::vector<ByteVector> parts = Fragments(Vxlan(1, Ethernet(Hello())), 48, 5);
  std::swap(parts.front(), parts.back());
  Feed feed;
  Dissected last;
  for (const ByteVector& part : parts) {
    last = Asked(feed, Ethernet(Gre(part)), {80, 40'000});
  }
  EXPECT_EQ(last, "TCP hello");
}

}  // namespace
}  // namespace trafrec::reassembly
