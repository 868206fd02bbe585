#include <algorithm>
#include <cstring>

#include "reassembly/dissection/checksum_judge.h"
#include "reassembly/dissection/fragment_table.h"
#include "reassembly/dissection/frame.h"
#include "reassembly/dissection/tunnel_numbers.h"
#include "reassembly/limits.h"

// IPv4, IPv6 with its extension headers, and their fragments.

namespace trafrec::reassembly {
namespace {

using Kind = store::EncapsulationId::Kind;

constexpr size_t kIpv4Header = 20;
constexpr size_t kIpv6Header = 40;
constexpr uint8_t kTcpProtocol = 6;
constexpr uint8_t kUdpProtocol = 17;
constexpr uint32_t kDatagramMax = 65'535;

uint64_t SumOfWords(const uint8_t* p, size_t bytes) {
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes; i += 4) {
    uint32_t word;
    std::memcpy(&word, p + i, sizeof(word));
    sum += word;
  }
  return sum;
}

Step ByProtocol(Frame& frame, uint8_t protocol) {
  const Step step = ByIpProtocol(protocol);
  if (step.next == Layer::kIp) {
    frame.Enter(Kind::kIpInIp, 0);
  }
  return step;
}

/// Where ports were asked for, the capture's filter let through the first fragments of tunnels over
/// UDP, and the later ones of all UDP, which carry no port: most of these belong to nothing.
bool IsStrayed(const Frame& frame, const DatagramKey& key, const Fragment& fragment) {
  if (frame.packet->ports == nullptr || fragment.protocol != kUdpProtocol || fragment.offset == 0) {
    return false;
  }
  const bool filtered =
      std::ranges::all_of(frame.segment->encapsulation.ids(),
                          [](const store::EncapsulationId& id) { return id.kind == Kind::kVlan; });
  return filtered && !frame.fragments->Holds(key);
}

/// Puts a fragment (frame.rest) to its datagram. If that is whole now, frame.rest becomes it, and
/// `protocol` what it holds; else false.
bool Reassemble(Frame& frame, uint32_t id, bool protocol_tells, const Fragment& fragment,
                uint8_t* protocol) {
  const DatagramKey key = {.source = frame.segment->source.address,
                           .destination = frame.segment->destination.address,
                           .id = id,
                           .protocol = protocol_tells ? fragment.protocol : uint8_t{0},
                           .encapsulation = HashOf(frame.segment->encapsulation)};
  if (protocol_tells && IsStrayed(frame, key, fragment)) {
    return false;
  }
  const std::optional<Datagram> whole = frame.fragments->Add(key, fragment, frame.packet->at);
  if (!whole.has_value()) {
    return false;
  }
  frame.rest = whole->bytes;
  frame.wire_rest = static_cast<uint32_t>(whole->bytes.size());
  frame.segment->from_fragments = true;
  frame.segment->fragments_conflicted |= whole->conflicted;
  *protocol = whole->protocol;
  return true;
}

/// A routing header on a packet that is still under way: TCP's checksum is computed for the last
/// address, and there the connection ends.
void TakeFinalDestination(Frame& frame, Bytes header) {
  constexpr uint8_t kSource = 0, kHome = 2, kSegment = 4;
  constexpr size_t kAddressBytes = 16, kAddressesAt = 8;
  const uint8_t type = header[2];
  const size_t addresses = (header.size() - kAddressesAt) / kAddressBytes;
  if (header[3] == 0 || addresses == 0 || (type != kSource && type != kHome && type != kSegment)) {
    return;
  }
  // Segment routing lists its addresses backwards.
  const size_t last = type == kSegment ? 0 : addresses - 1;
  IpAddress& destination = frame.segment->destination.address;
  destination = IpAddress::V6(header.data() + kAddressesAt + last * kAddressBytes);
  frame.address_sum = SumOfWords(frame.segment->source.address.bytes.data(), kAddressBytes) +
                      SumOfWords(destination.bytes.data(), kAddressBytes);
}

/// Size of an IPv6 extension header, 0 if it is none. Needs two bytes.
size_t ExtensionBytes(uint8_t protocol, const uint8_t* p) {
  switch (protocol) {
    case 0:    // hop by hop
    case 43:   // routing
    case 60:   // destination
    case 135:  // mobility
    case 139:  // host identity
    case 140:  // shim6
      return (p[1] + size_t{1}) * 8;
    case 44:  // fragment
      return 8;
    case kAuthenticationHeader:
      return (p[1] + size_t{2}) * 4;
    default:
      return 0;
  }
}

/// frame.rest is a fragment header and what follows. False if that is not all of the datagram.
Step TakeFragmentHeader(Frame& frame, uint8_t* protocol) {
  const uint8_t* p = frame.rest.data();
  const uint16_t place = LoadBig<uint16_t>(p + 2);
  Fragment fragment = {
      .offset = place & 0xfff8u, .more = (place & 1) != 0, .protocol = p[0], .bytes = {}};
  const uint32_t id = LoadBig<uint32_t>(p + 4);
  frame.Skip(8);
  *protocol = fragment.protocol;
  if (fragment.offset == 0 && !fragment.more) {  // atomic (RFC 6946)
    return Next(Layer::kIpv6);
  }
  if (fragment.offset + frame.wire_rest > kDatagramMax) {
    return Ignore(IgnoreReason::kBadLength);
  }
  fragment.bytes = frame.rest;
  return !frame.cut() && Reassemble(frame, id, false, fragment, protocol)
             ? Next(Layer::kIpv6)
             : Ignore(IgnoreReason::kFragment);
}

}  // namespace

Step DecodeIp(Frame& frame) {
  if (frame.rest.empty()) {
    return TooShort(frame, 1);
  }
  switch (frame.rest[0] >> 4) {
    case 4:
      return DecodeIpv4(frame);
    case 6:
      return DecodeIpv6(frame);
    default:
      return Ignore(IgnoreReason::kNotIp);
  }
}

Step DecodeIpv4(Frame& frame) {
  if (frame.rest.size() < kIpv4Header) {
    return TooShort(frame, kIpv4Header);
  }
  const uint8_t* p = frame.rest.data();
  if (p[0] >> 4 != 4) {
    return Ignore(IgnoreReason::kNotIp);
  }
  const size_t header = (p[0] & 0x0f) * size_t{4};
  // A host that leaves the cutting of a large send to its card may leave out the length too; then
  // all of the packet is meant.
  const uint32_t said = LoadBig<uint16_t>(p + 2);
  const uint32_t total = said == 0 ? frame.wire_rest : said;
  if (header < kIpv4Header || total < header) {
    return Ignore(IgnoreReason::kBadLength);
  }
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  if (!frame.judge->AcceptsIpv4Header(frame, header)) {
    return Ignore(IgnoreReason::kBadChecksum);
  }
  frame.segment->source.address = IpAddress::V4(p + 12);
  frame.segment->destination.address = IpAddress::V4(p + 16);
  frame.address_sum = SumOfWords(p + 12, 8);
  frame.SetLength(total);
  frame.Skip(header);
  uint8_t protocol = p[9];
  const uint16_t place = LoadBig<uint16_t>(p + 6);
  if (frame.header_error != 0 && (protocol != kTcpProtocol || (place & 0x3fff) != 0)) {
    return Ignore(IgnoreReason::kBadChecksum);
  }
  if ((place & 0x3fff) != 0) {
    const Fragment fragment = {.offset = (place & 0x1fffu) * 8,
                               .more = (place & 0x2000) != 0,
                               .protocol = protocol,
                               .bytes = frame.rest};
    if (fragment.offset + frame.wire_rest > kDatagramMax) {
      return Ignore(IgnoreReason::kBadLength);
    }
    if (frame.cut() || !Reassemble(frame, LoadBig<uint16_t>(p + 4), true, fragment, &protocol)) {
      return Ignore(IgnoreReason::kFragment);
    }
  }
  if (protocol == kAuthenticationHeader && frame.rest.size() >= 2) {
    const size_t bytes = ExtensionBytes(protocol, frame.rest.data());
    if (frame.rest.size() < bytes) {
      return TooShort(frame, bytes);
    }
    protocol = frame.rest[0];
    frame.Skip(bytes);
  }
  return ByProtocol(frame, protocol);
}

Step DecodeIpv6(Frame& frame) {
  if (frame.rest.size() < kIpv6Header) {
    return TooShort(frame, kIpv6Header);
  }
  const uint8_t* p = frame.rest.data();
  if (p[0] >> 4 != 6) {
    return Ignore(IgnoreReason::kNotIp);
  }
  const uint32_t length = LoadBig<uint16_t>(p + 4);
  uint8_t protocol = p[6];
  frame.segment->source.address = IpAddress::V6(p + 8);
  frame.segment->destination.address = IpAddress::V6(p + 24);
  frame.address_sum = SumOfWords(p + 8, 32);
  frame.Skip(kIpv6Header);
  if (length != 0) {  // else a jumbogram or a large send: all of the packet
    frame.SetLength(length);
  }
  for (int headers = 0; headers < limits::kIpv6Extensions; ++headers) {
    constexpr uint8_t kRouting = 43, kFragment = 44;
    // Any next header may be short of two bytes, but then it is no extension of eight either.
    static constexpr uint8_t kNothing[2] = {};
    const size_t extension =
        ExtensionBytes(protocol, frame.rest.size() >= 2 ? frame.rest.data() : kNothing);
    if (extension == 0) {
      return ByProtocol(frame, protocol);
    }
    if (frame.rest.size() < extension) {
      return TooShort(frame, extension);
    }
    if (protocol == kFragment) {
      const Step step = TakeFragmentHeader(frame, &protocol);
      if (step.next == Layer::kNone) {
        return step;
      }
      continue;
    }
    if (protocol == kRouting) {
      TakeFinalDestination(frame, frame.rest.first(extension));
    }
    protocol = frame.rest[0];
    frame.Skip(extension);
  }
  return Ignore(IgnoreReason::kNesting);
}

}  // namespace trafrec::reassembly
