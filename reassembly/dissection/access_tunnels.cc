#include "reassembly/dissection/access_tunnels.h"

#include "base/bytes.h"
#include "reassembly/dissection/tunnel_numbers.h"

// Tunnels over UDP that access networks, overlays of sites and remote captures use. As in
// tunnels.cc, a port alone proves nothing: each header must have what its specification fixes.
// Their numbers differ between the directions of one connection, so none of them is kept.

namespace trafrec::reassembly {
namespace {

constexpr Step kOrdinaryUdp = Ignore(IgnoreReason::kUdp);

/// An IP packet of just that length begins there.
bool IsWholeIp(Bytes bytes, size_t wire_bytes) {
  constexpr size_t kIpv6Header = 40;
  if (bytes.size() < 6) {
    return false;
  }
  const size_t length = LoadBig<uint16_t>(bytes.data() + 2);
  const size_t length6 = LoadBig<uint16_t>(bytes.data() + 4) + kIpv6Header;
  return bytes[0] >> 4 == 4 ? length == wire_bytes : bytes[0] >> 4 == 6 && length6 == wire_bytes;
}

/// Takes a header off behind which IP must lie.
Step IpBehind(Frame& frame, size_t header) {
  if (frame.rest.size() < header ||
      !IsWholeIp(frame.rest.subspan(header), frame.wire_rest - header)) {
    return kOrdinaryUdp;
  }
  ++frame.nesting;
  frame.Skip(header);
  return Next(Layer::kIp);
}

// RFC 2661, section 3.1: the data messages.
Step TakeL2tp(Frame& frame) {
  constexpr uint16_t kControl = 0x8000, kLength = 0x4000, kSequence = 0x0800, kOffset = 0x0200;
  constexpr uint16_t kReserved = 0x34f0, kVersion = 0x000f;
  if (frame.rest.size() < 6) {
    return kOrdinaryUdp;
  }
  const uint8_t* p = frame.rest.data();
  const uint16_t flags = LoadBig<uint16_t>(p);
  if ((flags & kVersion) != 2 || (flags & kReserved) != 0 || (flags & kControl) != 0) {
    return kOrdinaryUdp;
  }
  const bool has_length = (flags & kLength) != 0;
  if (has_length && LoadBig<uint16_t>(p + 2) != frame.wire_rest) {
    return kOrdinaryUdp;
  }
  size_t header = 6 + (has_length ? 2 : 0) + ((flags & kSequence) != 0 ? 4 : 0);
  if ((flags & kOffset) != 0) {
    if (frame.rest.size() < header + 2) {
      return TooShort(frame, header + 2);
    }
    header += 2 + LoadBig<uint16_t>(p + header);
  }
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  ++frame.nesting;
  frame.Skip(header);
  return Next(Layer::kPpp);
}

// RFC 5415, section 4.3.
Step TakeCapwap(Frame& frame) {
  constexpr size_t kFixed = 8;
  constexpr uint32_t kNative = 0x100, kFragmented = 0x80, kKeepAlive = 0x08;
  constexpr uint32_t kBinding80211 = 1;
  if (frame.rest.size() < kFixed || frame.rest[0] != 0) {  // version 0, not encrypted
    return kOrdinaryUdp;
  }
  const uint32_t bits = LoadBig<uint32_t>(frame.rest.data());
  const size_t header = (bits >> 19 & 0x1f) * 4;
  const bool native = (bits & kNative) != 0;
  if (header < kFixed || header > frame.wire_rest) {
    return kOrdinaryUdp;
  }
  if ((bits & kKeepAlive) != 0 || (native && (bits >> 9 & 0x1f) != kBinding80211)) {
    return Ignore(IgnoreReason::kNotIp);
  }
  if ((bits & kFragmented) != 0) {
    return Ignore(IgnoreReason::kFragment);
  }
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  ++frame.nesting;
  frame.Skip(header);
  return Next(native ? Layer::k80211 : Layer::kEthernet);
}

// TaZmen Sniffer Protocol: tagged fields, then the packet as it was captured.
Step TakeTzsp(Frame& frame) {
  constexpr size_t kFixed = 4;
  constexpr uint8_t kVersion = 1, kTransmit = 1, kPadding = 0, kEnd = 1;
  constexpr uint16_t kEthernet = 1, k80211 = 18;
  if (frame.rest.size() < kFixed || frame.rest[0] != kVersion || frame.rest[1] > kTransmit) {
    return kOrdinaryUdp;
  }
  const uint16_t protocol = LoadBig<uint16_t>(frame.rest.data() + 2);
  size_t at = kFixed;
  for (uint8_t tag = kPadding; tag != kEnd;) {
    if (at + 2 > frame.rest.size()) {
      return kOrdinaryUdp;
    }
    tag = frame.rest[at];
    at += tag == kPadding || tag == kEnd ? 1 : size_t{2} + frame.rest[at + 1];
  }
  if (protocol != kEthernet && protocol != k80211) {
    return kOrdinaryUdp;
  }
  ++frame.nesting;
  frame.Skip(at);
  return Next(protocol == kEthernet ? Layer::kEthernet : Layer::k80211);
}

// draft-ietf-intarea-gue: version 0 has a header, version 1 is the IP packet itself.
Step TakeGue(Frame& frame) {
  constexpr size_t kFixed = 4;
  constexpr uint8_t kIpv4 = 4, kIpv6 = 41, kControl = 0x20;
  if (frame.rest.size() < kFixed) {
    return kOrdinaryUdp;
  }
  const uint8_t* p = frame.rest.data();
  if (p[0] >> 6 == 1) {
    return IpBehind(frame, 0);
  }
  const bool ip = p[1] == kIpv4 || p[1] == kIpv6;
  return p[0] >> 6 == 0 && (p[0] & kControl) == 0 && ip
             ? IpBehind(frame, kFixed + (p[0] & 0x1f) * size_t{4})
             : kOrdinaryUdp;
}

}  // namespace

Step TakeAccessTunnel(Frame& frame, uint16_t source, uint16_t destination) {
  constexpr size_t kLispHeader = 8;  // RFC 9300, section 5
  switch (destination) {
    case kTzspPort:
      return TakeTzsp(frame);
    case kLispPort:
      return IpBehind(frame, kLispHeader);
    case kGuePort:
      return TakeGue(frame);
    default:
      break;
  }
  const auto either = [&](uint16_t port) { return source == port || destination == port; };
  if (either(kL2tpPort)) {
    return TakeL2tp(frame);
  }
  return either(kCapwapPort) ? TakeCapwap(frame) : kOrdinaryUdp;
}

}  // namespace trafrec::reassembly
