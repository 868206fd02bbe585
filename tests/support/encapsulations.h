#pragma once

#include "tests/support/packets.h"

// Wrappings that the dissector takes off, again from the inside out: each takes the bytes inside
// and gives what stands for them one layer further out. The outer addresses of tunnels are fixed:
// 192.0.2.1 to 192.0.2.2.

namespace trafrec::test_support {

inline constexpr uint16_t kVxlanPort = 4789, kGenevePort = 6081, kGtpUserPort = 2152,
                          kTeredoPort = 3544, kGreOverUdpPort = 4754, kAyiyaPort = 5072;

/// Link layer payload with EtherType kEtherTypeMpls: one label, bottom of the stack unless `more`.
ByteVector Mpls(uint32_t label, Bytes inside, bool more = false);
/// Link layer payload with EtherType kEtherTypePppoe.
ByteVector Pppoe(uint16_t session, Bytes ppp);
/// PPP without address and control. Protocol 0: IPv4 or IPv6, by the first four bits.
ByteVector Ppp(Bytes inside, uint16_t protocol = 0);
/// IEEE 802.3 with LLC and SNAP in place of an EtherType.
ByteVector EthernetSnap(Bytes inside, uint16_t ether_type = 0);

struct GreOptions {
  bool checksum = false;
  bool has_key = false;
  uint32_t key = 0;
  bool sequence = false;
  uint16_t ether_type = 0;  ///< 0: IPv4 or IPv6, by the first four bits
};
/// The GRE header and what it carries, without IP.
ByteVector GreBytes(Bytes inside, const GreOptions& options = {});

// The rest are whole IP packets.

ByteVector Gre(Bytes inside, const GreOptions& options = {});
/// An Ethernet frame through ERSPAN type 1, 2 or 3.
ByteVector Erspan(int type, uint16_t session, Bytes ethernet);
/// An IP packet in an IPv4 packet.
ByteVector IpInIpv4(Bytes ip_packet);
/// An IP packet in an IPv6 packet.
ByteVector IpInIpv6(Bytes ip_packet);
/// Anything in UDP to that port, from 192.0.2.1.
ByteVector UdpTo(uint16_t port, Bytes inside);
ByteVector Vxlan(uint32_t network, Bytes ethernet, uint16_t port = kVxlanPort);
/// Options are a multiple of four bytes.
ByteVector Geneve(uint32_t network, Bytes inside, uint16_t ether_type, Bytes options = {});
/// With the extension header of a PDU session if `extended`.
ByteVector GtpUser(uint32_t tunnel, Bytes ip_packet, bool extended = false);
/// With an origin indication if `origin`.
ByteVector Teredo(Bytes ipv6_packet, bool origin = false);

/// With an identity of 16 bytes and a signature of 20, as SixXS sent it.
ByteVector Ayiya(Bytes ip_packet);

/// An IPv6 packet with extension headers (each whole, its first byte is overwritten with the next
/// header's number) between header and payload; `types` are their numbers.
ByteVector WithExtensions(Bytes ipv6_packet, const std::vector<uint8_t>& types,
                          const std::vector<ByteVector>& headers);

}  // namespace trafrec::test_support
