#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/time.h"
#include "reassembly/dissection/link_type.h"
#include "reassembly/dissection/packet.h"

// Packets for tests, built from the inside out: each function takes the bytes of the layer above
// and puts its header in front, with lengths and checksums right unless told otherwise. Written
// without the dissector's code, so that a mistake there is not repeated here.
//
//     ByteVector packet = Ethernet(IpTcp({.source = Ip("10.0.0.1", 40000),
//                                         .destination = Ip("10.0.0.2", 80),
//                                         .flags = kAck, .payload = "GET / HTTP/1.1\r\n\r\n"}));
//     ByteVector tagged = Ethernet(Vlan(7, IpTcp({…})), kEtherTypeVlan);

namespace trafrec::test_support {

using ByteVector = std::vector<uint8_t>;

/// One packet as a capture has it.
struct RawPacket {
  TimeNs at = 0;
  ByteVector bytes;
  uint32_t wire_bytes = 0;  ///< 0: as many as were captured
  uint16_t interface = 0;
};

/// The view of it that the pipeline takes; borrows `raw`.
reassembly::Packet AsPacket(const RawPacket& raw, uint16_t link_type = reassembly::kLinkEthernet);

/// Keeps the first `snaplen` bytes, as a capture with -s does.
RawPacket Snapped(RawPacket raw, size_t snaplen);

inline constexpr uint8_t kFin = 0x01, kSyn = 0x02, kRst = 0x04, kPsh = 0x08, kAck = 0x10,
                         kUrg = 0x20;
inline constexpr uint8_t kProtocolIpInIp = 4, kProtocolTcp = 6, kProtocolUdp = 17,
                         kProtocol6in4 = 41, kProtocolGre = 47;
inline constexpr uint16_t kEtherTypeIpv4 = 0x0800, kEtherTypeVlan = 0x8100, kEtherTypeQinQ = 0x88a8,
                          kEtherTypeIpv6 = 0x86dd, kEtherTypeMpls = 0x8847,
                          kEtherTypePppoe = 0x8864;

/// "10.0.0.1" or "2001:db8::1". Aborts on anything else.
IpAddress Address(const std::string& text);
/// An endpoint of it.
Endpoint Ip(const std::string& address, uint16_t port = 0);

/// The Internet checksum (RFC 1071), in network byte order as a number.
uint16_t InternetChecksum(Bytes bytes, uint32_t start = 0);

// Appending in network byte order.
void Put8(ByteVector& out, uint32_t value);
void Put16(ByteVector& out, uint32_t value);
void Put24(ByteVector& out, uint32_t value);
void Put32(ByteVector& out, uint32_t value);
void PutBytes(ByteVector& out, Bytes bytes);
ByteVector Bytestring(std::string_view text);
/// From hex digits; anything else between them is skipped.
ByteVector Hex(std::string_view digits);

struct Tcp {
  Endpoint source = Ip("10.0.0.1", 40000);
  Endpoint destination = Ip("10.0.0.2", 9200);
  uint32_t sequence = 1;
  uint32_t acknowledgment = 0;
  uint8_t flags = kAck;
  uint16_t window = 65'535;
  ByteVector options{};  ///< padded with zeros to four bytes
  std::string payload{};
  uint16_t urgent = 0;
  enum class Checksum : uint8_t {
    kRight,
    kWrong,
    kPseudoHeader,  ///< as a host leaves it for its card to finish
    kZero
  } checksum = Checksum::kRight;
};

/// The TCP header and payload alone.
ByteVector TcpBytes(const Tcp& tcp);
/// In an IPv4 or IPv6 packet, by its addresses.
ByteVector IpTcp(const Tcp& tcp);

/// Window scale and MSS options, as a SYN carries them.
ByteVector SynOptions(uint16_t mss, uint8_t window_shift);

struct IpHeader {
  IpAddress source = Address("10.0.0.1");
  IpAddress destination = Address("10.0.0.2");
  uint8_t protocol = kProtocolTcp;
  uint16_t id = 0;
  ByteVector options{};          ///< IPv4 only; padded to four bytes
  uint16_t fragment_offset = 0;  ///< bytes; IPv4 only
  bool more_fragments = false;   ///< IPv4 only
  bool zero_length = false;  ///< total (or payload) length 0, as a large send before the card has
                             ///< cut it up
  bool wrong_checksum = false;
};

/// IPv4 or IPv6, by its addresses.
ByteVector IpPacket(const IpHeader& header, Bytes payload);

/// UDP in IPv4 or IPv6.
ByteVector IpUdp(const Endpoint& source, const Endpoint& destination, Bytes payload);

/// 0: IPv4 or IPv6, by the first four bits of the payload.
ByteVector Ethernet(Bytes payload, uint16_t ether_type = 0);
/// A VLAN tag: goes into Ethernet(…, kEtherTypeVlan) or kEtherTypeQinQ.
ByteVector Vlan(uint16_t id, Bytes payload, uint16_t ether_type = 0);
ByteVector LinuxCooked(Bytes ip_packet);
ByteVector LinuxCooked2(Bytes ip_packet);
/// BSD loopback, with the address family of that host in little-endian order.
ByteVector NullLoopback(Bytes ip_packet);

/// Fragments of an IPv4 or IPv6 packet, in order, with at most `fragment_bytes` (a multiple of 8)
/// of payload each.
std::vector<ByteVector> Fragments(Bytes ip_packet, size_t fragment_bytes, uint32_t id);

}  // namespace trafrec::test_support
