#include "tests/reassembly/dissection/packet_samples.h"

#include "tests/support/encapsulations.h"

namespace trafrec::reassembly {
namespace {

using namespace test_support;

ByteVector Hello(bool v6) {
  return v6 ? IpTcp({.source = Ip("2001:db8::1", 1),
                     .destination = Ip("2001:db8::2", 2),
                     .payload = "hello"})
            : IpTcp({.payload = "hello"});
}

/// An 802.11 frame that holds two packets.
ByteVector Aggregate() {
  ByteVector out = Hex("8801 0000");
  out.resize(24);
  PutBytes(out, Hex("8000"));
  for (int i = 0; i < 2; ++i) {
    ByteVector inside = Hex("aaaa03 000000 0800");
    PutBytes(inside, Hello(false));
    ByteVector subframe(14);
    subframe[13] = static_cast<uint8_t>(inside.size());
    PutBytes(subframe, inside);
    subframe.resize((subframe.size() + 3) / 4 * 4);
    PutBytes(out, subframe);
  }
  return out;
}

}  // namespace

std::vector<PacketSample> PacketSamples() {
  const ByteVector frame = Ethernet(Hello(false));
  std::vector<PacketSample> samples = {
      {kLinkEthernet, frame},
      {kLinkEthernet, Ethernet(Vlan(1, Hello(true)), kEtherTypeVlan)},
      {kLinkEthernet, EthernetSnap(Hello(false))},
      {kLinkEthernet, Ethernet(Mpls(20, frame), kEtherTypeMpls)},
      {kLinkEthernet, Ethernet(Pppoe(1, Ppp(Hello(false))), kEtherTypePppoe)},
      {kLinkEthernet, Ethernet(IpTcp({.flags = kSyn, .options = SynOptions(1460, 7)}))},
      {kLinkEthernet, Ethernet(WithExtensions(Hello(true), {0, 43, 44},
                                              {ByteVector(8), ByteVector(8), ByteVector(8)}))},
      {kLinkLinuxCooked, LinuxCooked(Hello(false))},
      {kLinkLinuxCooked2, LinuxCooked2(Hello(false))},
      {kLinkNull, NullLoopback(Hello(false))},
      {kLinkNflog, Hex("02000000 08000100 08000300 2d000900 45")},
      {kLink80211Radiotap, Hex("00 00 0900 02000000 10 8803 0000")},
      {kLink80211, Aggregate()},
      {kLinkPpi, Hex("00 00 0800 69000000 0801")},
      {kLinkPpp, Ppp(Hello(false))},
      {kLinkPfLog, Hex("3d020000")},
      {kLinkPktap, Hex("6c000000 01000000 01000000")},
      {kLink80211Prism, Hex("44000000 08000000 0801")},
      {kLinkTokenRing, Hex("1040 020000000002 820000000001 0410")},
      {kLinkFrameRelay, Hex("1841 03 00 80 000000 0800 45")},
      {kLinkEthernet, Ethernet(Hex("0fc2 02 01 000001ff 45"), 0x894f)},
      {kLinkEthernet, Ethernet(Hex("0102 00010005 00000000 0800 45"), 0x8909)},
  };
  for (const ByteVector& packet :
       {Gre(frame, {.checksum = true, .has_key = true, .sequence = true, .ether_type = 0x6558}),
        Erspan(2, 1, frame), Erspan(3, 1, frame), Vxlan(1, frame),
        Geneve(1, frame, 0x6558, ByteVector(12)), GtpUser(1, Hello(false), true),
        Teredo(Hello(true), true), Ayiya(Hello(true)),
        UdpTo(1701, Hex("4a02 0016 0005 0006 0001 0002 0002 0000 ff03 0021")),
        UdpTo(5247, Hex("00 100300 0000 0000 0801")), UdpTo(37008, Hex("01 00 0001 0a01c8 01")),
        UdpTo(6080, Hex("01 29 0000 00000000 60")),
        IpPacket({.protocol = 115}, Hex("00000007 0102")),
        UdpTo(kGreOverUdpPort, GreBytes(Hello(false))), IpInIpv6(IpInIpv4(Hello(true)))}) {
    samples.push_back({kLinkRaw, packet});
    for (const ByteVector& fragment : Fragments(packet, 48, 1)) {
      samples.push_back({kLinkRaw, fragment});
    }
  }
  return samples;
}

}  // namespace trafrec::reassembly
