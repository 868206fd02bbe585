#include "reassembly/dissection/frame.h"
#include "reassembly/dissection/link_type.h"

// Local networks and what hosts put in their place.

namespace trafrec::reassembly {
namespace {

using Kind = store::EncapsulationId::Kind;

/// Up to here the field is a length (802.3), from 0x0600 on a type (Ethernet II).
constexpr uint16_t kLengthMax = 1500;
constexpr uint16_t kArphrdLoopback = 772;
constexpr uint16_t kPacketOutgoing = 4;

/// The protocol field of Linux's cooked headers: an EtherType, or a number of the kernel's own.
Step ByCookedProtocol(uint16_t protocol) {
  constexpr uint16_t kLlcFrame = 0x0004;
  return protocol == kLlcFrame ? Next(Layer::kLlc) : ByEtherType(protocol);
}

}  // namespace

Step ByTypeOrLength(Frame& frame, uint16_t type) {
  if (type > kLengthMax) {
    return ByEtherType(type);
  }
  if (type < frame.wire_rest) {
    frame.SetLength(type);
  }
  return Next(Layer::kLlc);
}

Step DecodeEthernet(Frame& frame) {
  constexpr size_t kHeader = 14;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  const uint16_t type = LoadBig<uint16_t>(p + 12);
  // Both addresses are zero only on Linux's lo, where nobody computes checksums.
  if ((LoadBig<uint64_t>(p) | LoadBig<uint64_t>(p + 4)) == 0) {
    frame.sum_may_be_absent = true;
  }
  frame.Skip(kHeader);
  return ByTypeOrLength(frame, type);
}

Step DecodeVlan(Frame& frame) {
  constexpr size_t kHeader = 4;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint16_t id = LoadBig<uint16_t>(frame.rest.data()) & 0x0fff;
  const uint16_t type = LoadBig<uint16_t>(frame.rest.data() + 2);
  // Id 0 is a mere priority, which one direction may carry and the other not.
  if (id != 0) {
    frame.Enter(Kind::kVlan, id);
  }
  frame.Skip(kHeader);
  return ByTypeOrLength(frame, type);
}

Step DecodeLlc(Frame& frame) {
  constexpr size_t kHeader = 3;
  constexpr size_t kSnapHeader = 8;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  const uint16_t saps = LoadBig<uint16_t>(p);
  constexpr uint8_t kUnnumbered = 0x03;
  if (saps == 0x0606 && p[2] == kUnnumbered) {  // IP right over LLC
    frame.Skip(kHeader);
    return Next(Layer::kIpv4);
  }
  if (saps != 0xaaaa) {
    return Ignore(IgnoreReason::kNotIp);
  }
  if (frame.rest.size() < kSnapHeader) {
    return TooShort(frame, kSnapHeader);
  }
  const uint32_t organisation = LoadBig<uint32_t>(p + 2) & 0xffffff;
  const uint16_t type = LoadBig<uint16_t>(p + 6);
  frame.Skip(kSnapHeader);
  constexpr uint32_t kRfc1042 = 0x000000, kBridgeTunnel = 0x0000f8;
  if (organisation == kRfc1042 || organisation == kBridgeTunnel) {
    return ByEtherType(type);
  }
  return Ignore(IgnoreReason::kNotIp);  // vendors' own: CDP, VTP, …
}

Step DecodeLinuxCooked(Frame& frame) {
  constexpr size_t kHeader = 16;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  frame.sum_may_be_absent |=
      LoadBig<uint16_t>(p) == kPacketOutgoing || LoadBig<uint16_t>(p + 2) == kArphrdLoopback;
  const uint16_t protocol = LoadBig<uint16_t>(p + 14);
  frame.Skip(kHeader);
  return ByCookedProtocol(protocol);
}

Step DecodeLinuxCooked2(Frame& frame) {
  constexpr size_t kHeader = 20;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  frame.sum_may_be_absent |=
      p[10] == kPacketOutgoing || LoadBig<uint16_t>(p + 8) == kArphrdLoopback;
  const uint16_t protocol = LoadBig<uint16_t>(p);
  frame.Skip(kHeader);
  return ByCookedProtocol(protocol);
}

Step DecodeNull(Frame& frame) {
  constexpr size_t kHeader = 4;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  frame.sum_may_be_absent = true;
  // In the byte order of the host that captured, which nothing tells; a family is a small number.
  uint32_t family = LoadLittle<uint32_t>(frame.rest.data());
  if (family > 0xffff) {
    family = LoadBig<uint32_t>(frame.rest.data());
  }
  frame.Skip(kHeader);
  switch (family) {
    case 2:
      return Next(Layer::kIpv4);
    case 10:  // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, Darwin
    case 24:
    case 28:
    case 30:
      return Next(Layer::kIpv6);
    default:
      return Ignore(IgnoreReason::kNotIp);
  }
}

Step DecodeNflog(Frame& frame) {
  constexpr size_t kHeader = 4;
  constexpr size_t kAttributeHeader = 4;
  constexpr uint16_t kPayload = 9;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  frame.Skip(kHeader);
  while (frame.rest.size() >= kAttributeHeader) {
    const uint8_t* p = frame.rest.data();
    // In the byte order of the host that captured; types are below 256, so they tell it.
    const bool big = p[2] == 0 && p[3] != 0;
    const size_t length = big ? LoadBig<uint16_t>(p) : LoadLittle<uint16_t>(p);
    const uint16_t type = big ? LoadBig<uint16_t>(p + 2) : LoadLittle<uint16_t>(p + 2);
    if (length < kAttributeHeader) {
      return Ignore(IgnoreReason::kBadLength);
    }
    if (type == kPayload) {
      frame.Skip(kAttributeHeader);
      return Next(Layer::kIp);
    }
    const size_t padded = (length + 3) / 4 * 4;
    if (padded > frame.rest.size()) {
      return TooShort(frame, padded);
    }
    frame.Skip(padded);
  }
  return frame.cut() ? Ignore(IgnoreReason::kTruncatedHeader) : Ignore(IgnoreReason::kNotIp);
}

}  // namespace trafrec::reassembly
