#include <algorithm>

#include "reassembly/dissection/frame.h"
#include "reassembly/dissection/link_type.h"

// Headers that a capturing system puts before a packet, and local networks of other kinds than
// Ethernet.

namespace trafrec::reassembly {
namespace {

Step SkipTo(Frame& frame, size_t bytes, Layer layer) {
  if (frame.rest.size() < bytes) {
    return TooShort(frame, bytes);
  }
  frame.Skip(bytes);
  return Next(layer);
}

}  // namespace

/// OpenBSD's packet filter: its own length, without padding, then what it decided.
Step DecodePfLog(Frame& frame) {
  constexpr size_t kLeast = 4;
  if (frame.rest.size() < kLeast) {
    return TooShort(frame, kLeast);
  }
  frame.sum_may_be_absent = true;  // on its way out, checksums are not computed yet
  const size_t length = frame.rest[0];
  return length < kLeast ? Ignore(IgnoreReason::kBadLength)
                         : SkipTo(frame, (length + 3) / 4 * 4, Layer::kIp);
}

/// OpenBSD's view into IPsec: family, index and flags; then the packet in the clear.
Step DecodeEnc(Frame& frame) { return SkipTo(frame, 12, Layer::kIp); }

/// Apple's, whose tcpdump captures on all interfaces at once: each packet names its link type.
Step DecodePktap(Frame& frame) {
  constexpr size_t kHeader = 108;
  constexpr uint32_t kPacketFollows = 1, kOutgoing = 2;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  const size_t length = LoadLittle<uint32_t>(p);
  const uint32_t link_type = LoadLittle<uint32_t>(p + 8);
  if (length < kHeader || LoadLittle<uint32_t>(p + 4) != kPacketFollows) {
    return Ignore(IgnoreReason::kBadLength);
  }
  if (frame.rest.size() < length) {
    return TooShort(frame, length);
  }
  frame.sum_may_be_absent |= (LoadLittle<uint32_t>(p + 36) & kOutgoing) != 0;
  frame.Skip(length);
  return ByLinkType(static_cast<uint16_t>(std::min<uint32_t>(link_type, 0xffff)));
}

/// 802.11 with a header of Prism's drivers, or of AVS, which came later under the same number.
Step DecodePrism(Frame& frame) {
  constexpr size_t kLeast = 8;
  constexpr uint32_t kAvs = 0x80211001, kMaskOfVersion = 0xfffffff0;
  if (frame.rest.size() < kLeast) {
    return TooShort(frame, kLeast);
  }
  const uint8_t* p = frame.rest.data();
  // Prism's numbers are in the byte order of the host that captured; its lengths are small.
  const bool avs = (LoadBig<uint32_t>(p) & kMaskOfVersion) == (kAvs & kMaskOfVersion);
  const uint32_t little = LoadLittle<uint32_t>(p + 4);
  const uint32_t length = avs || little > 0xffff ? LoadBig<uint32_t>(p + 4) : little;
  return length < kLeast ? Ignore(IgnoreReason::kBadLength) : SkipTo(frame, length, Layer::k80211);
}

/// RFC 4338.
Step DecodeIpOverFibreChannel(Frame& frame) { return SkipTo(frame, 16, Layer::kLlc); }

/// A frame control byte and both addresses.
Step DecodeFddi(Frame& frame) { return SkipTo(frame, 13, Layer::kLlc); }

/// Access and frame control, both addresses, and a route if the source's first bit says so.
Step DecodeTokenRing(Frame& frame) {
  constexpr size_t kHeader = 14, kSourceAt = 8;
  constexpr uint8_t kRouted = 0x80, kRouteBytes = 0x1f;
  if (frame.rest.size() < kHeader + 1) {
    return TooShort(frame, kHeader + 1);
  }
  const bool routed = (frame.rest[kSourceAt] & kRouted) != 0;
  return SkipTo(frame, kHeader + (routed ? frame.rest[kHeader] & kRouteBytes : 0), Layer::kLlc);
}

/// RFC 2427: an address of two to four bytes, then a control byte and a network protocol's number;
/// Cisco puts an EtherType there instead.
Step DecodeFrameRelay(Frame& frame) {
  constexpr uint8_t kLastAddressByte = 1, kUnnumbered = 0x03, kPadding = 0;
  constexpr uint8_t kSnap = 0x80, kIpv4 = 0xcc, kIpv6 = 0x8e;
  constexpr size_t kAddressMax = 4, kSnapHeader = 5;
  size_t at = 0;
  while (at < frame.rest.size() && at < kAddressMax && (frame.rest[at] & kLastAddressByte) == 0) {
    ++at;
  }
  ++at;
  if (frame.rest.size() < at + 3) {
    return TooShort(frame, at + 3);
  }
  frame.Skip(at);
  if (frame.rest[0] != kUnnumbered) {
    const uint16_t type = LoadBig<uint16_t>(frame.rest.data());
    frame.Skip(2);
    return ByEtherType(type);
  }
  frame.Skip(frame.rest[1] == kPadding ? 2 : 1);
  const uint8_t protocol = frame.rest[0];
  frame.Skip(1);
  if (protocol == kIpv4 || protocol == kIpv6) {
    return Next(Layer::kIp);
  }
  if (protocol != kSnap) {
    return Ignore(IgnoreReason::kNotIp);
  }
  if (frame.rest.size() < kSnapHeader) {
    return TooShort(frame, kSnapHeader);
  }
  const uint16_t type = LoadBig<uint16_t>(frame.rest.data() + 3);
  const bool ether_types = frame.rest[0] == 0 && frame.rest[1] == 0 && frame.rest[2] == 0;
  frame.Skip(kSnapHeader);
  return ether_types ? ByEtherType(type) : Ignore(IgnoreReason::kNotIp);
}

}  // namespace trafrec::reassembly
