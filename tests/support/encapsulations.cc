#include "tests/support/encapsulations.h"

#include "base/check.h"

namespace trafrec::test_support {
namespace {

const Endpoint kOuterSource = Ip("192.0.2.1", 50'000);
const Endpoint kOuterDestination = Ip("192.0.2.2");

uint16_t TypeOf(Bytes inside, uint16_t ether_type) {
  if (ether_type != 0) {
    return ether_type;
  }
  return inside[0] >> 4 == 6 ? kEtherTypeIpv6 : kEtherTypeIpv4;
}

ByteVector OuterIp(uint8_t protocol, Bytes payload) {
  return IpPacket({.source = kOuterSource.address,
                   .destination = kOuterDestination.address,
                   .protocol = protocol},
                  payload);
}

}  // namespace

ByteVector Mpls(uint32_t label, Bytes inside, bool more) {
  ByteVector out;
  Put32(out, label << 12 | (more ? 0u : 0x100u) | 64);
  PutBytes(out, inside);
  return out;
}

ByteVector Pppoe(uint16_t session, Bytes ppp) {
  ByteVector out = {0x11, 0};
  Put16(out, session);
  Put16(out, static_cast<uint32_t>(ppp.size()));
  PutBytes(out, ppp);
  return out;
}

ByteVector Ppp(Bytes inside, uint16_t protocol) {
  constexpr uint16_t kIpv4 = 0x0021, kIpv6 = 0x0057;
  ByteVector out;
  Put16(out, protocol != 0 ? protocol : TypeOf(inside, 0) == kEtherTypeIpv6 ? kIpv6 : kIpv4);
  PutBytes(out, inside);
  return out;
}

ByteVector EthernetSnap(Bytes inside, uint16_t ether_type) {
  ByteVector llc = {0xaa, 0xaa, 0x03, 0, 0, 0};
  Put16(llc, TypeOf(inside, ether_type));
  PutBytes(llc, inside);
  return Ethernet(llc, static_cast<uint16_t>(llc.size()));
}

ByteVector GreBytes(Bytes inside, const GreOptions& options) {
  ByteVector out;
  Put16(out, (options.checksum ? 0x8000u : 0u) | (options.has_key ? 0x2000u : 0u) |
                 (options.sequence ? 0x1000u : 0u));
  Put16(out, TypeOf(inside, options.ether_type));
  if (options.checksum) {
    Put32(out, 0);
  }
  if (options.has_key) {
    Put32(out, options.key);
  }
  if (options.sequence) {
    Put32(out, 1);
  }
  PutBytes(out, inside);
  if (options.checksum) {
    const uint16_t sum = InternetChecksum(out);
    out[4] = static_cast<uint8_t>(sum >> 8);
    out[5] = static_cast<uint8_t>(sum);
  }
  return out;
}

ByteVector Gre(Bytes inside, const GreOptions& options) {
  return OuterIp(kProtocolGre, GreBytes(inside, options));
}

ByteVector Erspan(int type, uint16_t session, Bytes ethernet) {
  constexpr uint16_t kType1And2 = 0x88be, kType3 = 0x22eb;
  ByteVector out;
  if (type == 2) {
    Put16(out, 0x1000);
    Put16(out, session);
    Put32(out, 0);
  } else if (type == 3) {
    Put16(out, 0x2000);
    Put16(out, session);
    Put32(out, 0);  // time
    Put16(out, 0);  // security group
    Put16(out, 0);  // Ethernet frame, no platform header
  }
  PutBytes(out, ethernet);
  return Gre(out, {.sequence = type != 1, .ether_type = type == 3 ? kType3 : kType1And2});
}

ByteVector IpInIpv4(Bytes ip_packet) {
  return OuterIp(ip_packet[0] >> 4 == 6 ? kProtocol6in4 : kProtocolIpInIp, ip_packet);
}

ByteVector IpInIpv6(Bytes ip_packet) {
  return IpPacket({.source = Address("2001:db8:ffff::1"),
                   .destination = Address("2001:db8:ffff::2"),
                   .protocol = ip_packet[0] >> 4 == 6 ? kProtocol6in4 : kProtocolIpInIp},
                  ip_packet);
}

ByteVector UdpTo(uint16_t port, Bytes inside) {
  return IpUdp(kOuterSource, {kOuterDestination.address, port}, inside);
}

ByteVector Vxlan(uint32_t network, Bytes ethernet, uint16_t port) {
  ByteVector out = {0x08, 0, 0, 0};
  Put24(out, network);
  Put8(out, 0);
  PutBytes(out, ethernet);
  return UdpTo(port, out);
}

ByteVector Geneve(uint32_t network, Bytes inside, uint16_t ether_type, Bytes options) {
  CHECK(options.size() % 4 == 0);
  ByteVector out = {static_cast<uint8_t>(options.size() / 4), 0};
  Put16(out, ether_type);
  Put24(out, network);
  Put8(out, 0);
  PutBytes(out, options);
  PutBytes(out, inside);
  return UdpTo(kGenevePort, out);
}

ByteVector GtpUser(uint32_t tunnel, Bytes ip_packet, bool extended) {
  ByteVector out = {static_cast<uint8_t>(extended ? 0x34 : 0x30), 255};
  Put16(out, static_cast<uint32_t>(ip_packet.size() + (extended ? 8 : 0)));
  Put32(out, tunnel);
  if (extended) {
    constexpr uint8_t kPduSession = 0x85;
    PutBytes(out, ByteVector{0, 0, 0, kPduSession, 1, 0, 9, 0});
  }
  PutBytes(out, ip_packet);
  return UdpTo(kGtpUserPort, out);
}

ByteVector Teredo(Bytes ipv6_packet, bool origin) {
  ByteVector out;
  if (origin) {
    out = {0, 0, 0x63, 0xbf, 0x3f, 0xff, 0xfd, 0xfe};
  }
  PutBytes(out, ipv6_packet);
  return UdpTo(kTeredoPort, out);
}

ByteVector Ayiya(Bytes ip_packet) {
  const bool v6 = TypeOf(ip_packet, 0) == kEtherTypeIpv6;
  ByteVector out = {0x41, 0x52, 0x11, static_cast<uint8_t>(v6 ? 41 : 4), 0x4c, 0, 0, 0};
  out.resize(out.size() + 16 + 20, 0xee);
  PutBytes(out, ip_packet);
  return UdpTo(kAyiyaPort, out);
}

ByteVector WithExtensions(Bytes ipv6_packet, const std::vector<uint8_t>& types,
                          const std::vector<ByteVector>& headers) {
  CHECK(types.size() == headers.size() && ipv6_packet.size() >= 40);
  ByteVector out(ipv6_packet.begin(), ipv6_packet.begin() + 40);
  size_t next_at = 6;
  const uint8_t last = out[next_at];
  for (size_t i = 0; i < types.size(); ++i) {
    out[next_at] = types[i];
    next_at = out.size();
    PutBytes(out, headers[i]);
  }
  out[next_at] = last;
  PutBytes(out, ipv6_packet.subspan(40));
  const size_t length = out.size() - 40;
  out[4] = static_cast<uint8_t>(length >> 8);
  out[5] = static_cast<uint8_t>(length);
  return out;
}

}  // namespace trafrec::test_support
