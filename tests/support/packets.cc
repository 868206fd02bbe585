#include "tests/support/packets.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/check.h"

namespace trafrec::test_support {
namespace {

constexpr size_t kIpv6HeaderBytes = 40;
constexpr uint8_t kIpv6FragmentHeader = 44;

void Set16(ByteVector& out, size_t offset, uint32_t value) {
  out[offset] = static_cast<uint8_t>(value >> 8);
  out[offset + 1] = static_cast<uint8_t>(value);
}

Bytes AddressBytes(const IpAddress& address) {
  return address.is_v4() ? Bytes(address.bytes).subspan(12) : Bytes(address.bytes);
}

uint16_t EtherTypeOf(Bytes payload, uint16_t ether_type) {
  if (ether_type != 0) {
    return ether_type;
  }
  return !payload.empty() && payload[0] >> 4 == 6 ? kEtherTypeIpv6 : kEtherTypeIpv4;
}

/// What the checksum of TCP and UDP covers beside their own bytes.
ByteVector PseudoHeader(const IpAddress& source, const IpAddress& destination, uint8_t protocol,
                        size_t bytes) {
  ByteVector out;
  PutBytes(out, AddressBytes(source));
  PutBytes(out, AddressBytes(destination));
  Put32(out, static_cast<uint32_t>(bytes));
  Put32(out, protocol);
  return out;
}

uint32_t SumOf(Bytes bytes) { return static_cast<uint16_t>(~InternetChecksum(bytes)); }

}  // namespace

reassembly::Packet AsPacket(const RawPacket& raw, uint16_t link_type) {
  reassembly::Packet packet;
  packet.at = raw.at;
  packet.bytes = raw.bytes;
  packet.wire_bytes =
      raw.wire_bytes == 0 ? static_cast<uint32_t>(raw.bytes.size()) : raw.wire_bytes;
  packet.link_type = link_type;
  packet.interface = raw.interface;
  return packet;
}

RawPacket Snapped(RawPacket raw, size_t snaplen) {
  if (raw.bytes.size() > snaplen) {
    raw.wire_bytes = std::max(raw.wire_bytes, static_cast<uint32_t>(raw.bytes.size()));
    raw.bytes.resize(snaplen);
  }
  return raw;
}

IpAddress Address(const std::string& text) {
  uint8_t bytes[16];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1) {
    return IpAddress::V4(bytes);
  }
  CHECK(inet_pton(AF_INET6, text.c_str(), bytes) == 1);
  return IpAddress::V6(bytes);
}

Endpoint Ip(const std::string& address, uint16_t port) { return {Address(address), port}; }

uint16_t InternetChecksum(Bytes bytes, uint32_t start) {
  uint64_t sum = start;
  for (size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? uint64_t{bytes[i]} << 8 : bytes[i];
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<uint16_t>(~sum);
}

void Put8(ByteVector& out, uint32_t value) { out.push_back(static_cast<uint8_t>(value)); }
void Put16(ByteVector& out, uint32_t value) {
  Put8(out, value >> 8);
  Put8(out, value);
}
void Put24(ByteVector& out, uint32_t value) {
  Put8(out, value >> 16);
  Put16(out, value);
}
void Put32(ByteVector& out, uint32_t value) {
  Put16(out, value >> 16);
  Put16(out, value);
}
void PutBytes(ByteVector& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

ByteVector Bytestring(std::string_view text) { return {text.begin(), text.end()}; }

ByteVector Hex(std::string_view digits) {
  ByteVector out;
  int high = -1;
  for (const char c : digits) {
    const int value = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (value >= 0 && high < 0) {
      high = value;
    } else if (value >= 0) {
      Put8(out, static_cast<uint32_t>(high << 4 | value));
      high = -1;
    }
  }
  CHECK(high < 0);
  return out;
}

ByteVector TcpBytes(const Tcp& tcp) {
  ByteVector options = tcp.options;
  options.resize((options.size() + 3) / 4 * 4);
  CHECK(options.size() <= 40);
  ByteVector out;
  out.reserve(20 + options.size() + tcp.payload.size());
  Put16(out, tcp.source.port);
  Put16(out, tcp.destination.port);
  Put32(out, tcp.sequence);
  Put32(out, tcp.acknowledgment);
  Put8(out, static_cast<uint32_t>((5 + options.size() / 4) << 4));
  Put8(out, tcp.flags);
  Put16(out, tcp.window);
  Put16(out, 0);
  Put16(out, tcp.urgent);
  PutBytes(out, options);
  PutBytes(out, AsBytes(tcp.payload));
  const uint32_t pseudo =
      SumOf(PseudoHeader(tcp.source.address, tcp.destination.address, kProtocolTcp, out.size()));
  const uint16_t right = InternetChecksum(out, pseudo);
  switch (tcp.checksum) {
    case Tcp::Checksum::kRight:
      Set16(out, 16, right);
      break;
    case Tcp::Checksum::kWrong:
      // Any value but the right one and the two that stand for "not computed".
      Set16(out, 16, right ^ 0x0180);
      break;
    case Tcp::Checksum::kPseudoHeader:
      Set16(out, 16, pseudo);
      break;
    case Tcp::Checksum::kZero:
      break;
  }
  return out;
}

ByteVector IpTcp(const Tcp& tcp) {
  return IpPacket({.source = tcp.source.address, .destination = tcp.destination.address},
                  TcpBytes(tcp));
}

ByteVector SynOptions(uint16_t mss, uint8_t window_shift) {
  ByteVector out = {2, 4};
  Put16(out, mss);
  PutBytes(out, ByteVector{1, 3, 3, window_shift});
  return out;
}

ByteVector IpPacket(const IpHeader& header, Bytes payload) {
  ByteVector out;
  out.reserve(kIpv6HeaderBytes + payload.size());
  if (!header.source.is_v4()) {
    Put32(out, 0x60000000);
    Put16(out, header.zero_length ? 0 : static_cast<uint32_t>(payload.size()));
    Put8(out, header.protocol);
    Put8(out, 64);
    PutBytes(out, AddressBytes(header.source));
    PutBytes(out, AddressBytes(header.destination));
    PutBytes(out, payload);
    return out;
  }
  ByteVector options = header.options;
  options.resize((options.size() + 3) / 4 * 4);
  const size_t header_bytes = 20 + options.size();
  Put8(out, static_cast<uint32_t>(0x40 | header_bytes / 4));
  Put8(out, 0);
  Put16(out, header.zero_length ? 0 : static_cast<uint32_t>(header_bytes + payload.size()));
  Put16(out, header.id);
  Put16(out, (header.more_fragments ? 0x2000u : 0u) | header.fragment_offset / 8u);
  Put8(out, 64);
  Put8(out, header.protocol);
  Put16(out, 0);
  PutBytes(out, AddressBytes(header.source));
  PutBytes(out, AddressBytes(header.destination));
  PutBytes(out, options);
  Set16(out, 10, InternetChecksum(out) ^ (header.wrong_checksum ? 0x0180u : 0u));
  PutBytes(out, payload);
  return out;
}

ByteVector IpUdp(const Endpoint& source, const Endpoint& destination, Bytes payload) {
  ByteVector out;
  Put16(out, source.port);
  Put16(out, destination.port);
  Put16(out, static_cast<uint32_t>(8 + payload.size()));
  Put16(out, 0);
  PutBytes(out, payload);
  const uint32_t pseudo =
      SumOf(PseudoHeader(source.address, destination.address, kProtocolUdp, out.size()));
  const uint16_t sum = InternetChecksum(out, pseudo);
  Set16(out, 6, sum == 0 ? 0xffff : sum);
  return IpPacket(
      {.source = source.address, .destination = destination.address, .protocol = kProtocolUdp},
      out);
}

ByteVector Ethernet(Bytes payload, uint16_t ether_type) {
  ByteVector out = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
  out.reserve(14 + payload.size());
  Put16(out, EtherTypeOf(payload, ether_type));
  PutBytes(out, payload);
  return out;
}

ByteVector Vlan(uint16_t id, Bytes payload, uint16_t ether_type) {
  ByteVector out;
  Put16(out, id);
  Put16(out, EtherTypeOf(payload, ether_type));
  PutBytes(out, payload);
  return out;
}

ByteVector LinuxCooked(Bytes ip_packet) {
  ByteVector out = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0};
  Put16(out, EtherTypeOf(ip_packet, 0));
  PutBytes(out, ip_packet);
  return out;
}

ByteVector LinuxCooked2(Bytes ip_packet) {
  ByteVector out;
  Put16(out, EtherTypeOf(ip_packet, 0));
  PutBytes(out, ByteVector{0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0});
  PutBytes(out, ip_packet);
  return out;
}

ByteVector NullLoopback(Bytes ip_packet) {
  constexpr uint8_t kDarwinInet6 = 30;
  const bool v6 = EtherTypeOf(ip_packet, 0) == kEtherTypeIpv6;
  ByteVector out = {v6 ? kDarwinInet6 : uint8_t{AF_INET}, 0, 0, 0};
  PutBytes(out, ip_packet);
  return out;
}

std::vector<ByteVector> Fragments(Bytes ip_packet, size_t fragment_bytes, uint32_t id) {
  CHECK(fragment_bytes % 8 == 0 && fragment_bytes > 0);
  const bool v6 = ip_packet[0] >> 4 == 6;
  const size_t header_bytes = v6 ? kIpv6HeaderBytes : (ip_packet[0] & 0xfu) * 4u;
  const Bytes header = ip_packet.first(header_bytes);
  const Bytes payload = ip_packet.subspan(header_bytes);
  std::vector<ByteVector> fragments;
  for (size_t offset = 0; offset < payload.size() || offset == 0; offset += fragment_bytes) {
    const Bytes part = payload.subspan(offset, std::min(fragment_bytes, payload.size() - offset));
    const bool more = offset + part.size() < payload.size();
    ByteVector out(header.begin(), header.end());
    if (v6) {
      Set16(out, 4, static_cast<uint32_t>(8 + part.size()));
      out.at(6) = kIpv6FragmentHeader;
      Put8(out, header[6]);
      Put8(out, 0);
      Put16(out, static_cast<uint32_t>(offset) | (more ? 1u : 0u));
      Put32(out, id);
    } else {
      Set16(out, 2, static_cast<uint32_t>(header_bytes + part.size()));
      Set16(out, 4, id);
      Set16(out, 6, (more ? 0x2000u : 0u) | static_cast<uint32_t>(offset / 8));
      Set16(out, 10, 0);
      Set16(out, 10, InternetChecksum(out));
    }
    PutBytes(out, part);
    fragments.push_back(std::move(out));
  }
  return fragments;
}

}  // namespace trafrec::test_support
