#include "reassembly/dissection/access_tunnels.h"
#include "reassembly/dissection/frame.h"
#include "reassembly/dissection/tunnel_numbers.h"
#include "reassembly/limits.h"

// Tunnels over GRE and UDP. Those over UDP are known by their ports alone, and any program may use
// these, so each header must also have the fixed bits and lengths that its specification demands;
// otherwise the packet is ordinary UDP.

namespace trafrec::reassembly {
namespace {

using Kind = store::EncapsulationId::Kind;

constexpr Step kOrdinaryUdp = Ignore(IgnoreReason::kUdp);

// RFC 7348. Bits 0x80 and the second and third byte are used by the group policy extension.
Step TakeVxlan(Frame& frame) {
  constexpr size_t kHeader = 8;
  constexpr uint8_t kHasNetwork = 0x08, kGroupPolicy = 0x80;
  if (frame.rest.size() < kHeader) {
    return kOrdinaryUdp;
  }
  const uint8_t* p = frame.rest.data();
  if ((p[0] & ~kGroupPolicy) != kHasNetwork || p[7] != 0) {
    return kOrdinaryUdp;
  }
  frame.Enter(Kind::kVxlan, LoadBig<uint32_t>(p + 4) >> 8);
  frame.Skip(kHeader);
  return Next(Layer::kEthernet);
}

// draft-ietf-nvo3-vxlan-gpe: the fourth byte says what is inside, if a bit says that it does.
Step TakeVxlanGpe(Frame& frame) {
  constexpr size_t kHeader = 8;
  constexpr uint8_t kHasNetwork = 0x08, kHasProtocol = 0x04, kManagement = 0x01;
  constexpr uint8_t kIpv4 = 1, kEthernet = 3, kServiceHeader = 4, kMpls = 5;
  if (frame.rest.size() < kHeader) {
    return kOrdinaryUdp;
  }
  const uint8_t* p = frame.rest.data();
  const uint8_t protocol = (p[0] & kHasProtocol) != 0 ? p[3] : kEthernet;
  if ((p[0] & ~kHasProtocol & ~kManagement) != kHasNetwork || p[1] != 0 || p[2] != 0 || p[7] != 0) {
    return kOrdinaryUdp;
  }
  if (protocol < kIpv4 || protocol > kMpls || (p[0] & kManagement) != 0) {
    return Ignore(IgnoreReason::kUnknownEncapsulation, Numbered(NumberSpace::kVxlanGpe, protocol));
  }
  frame.Enter(Kind::kVxlan, LoadBig<uint32_t>(p + 4) >> 8);
  frame.Skip(kHeader);
  return Next(protocol == kEthernet        ? Layer::kEthernet
              : protocol == kMpls          ? Layer::kMpls
              : protocol == kServiceHeader ? Layer::kServiceHeader
                                           : Layer::kIp);
}

/// RFC 7510. Labels have no fixed bits, so an IP packet of the right length must lie behind them.
Step TakeMplsOverUdp(const Frame& frame) {
  constexpr size_t kLabel = 4, kIpv6Header = 40;
  size_t at = 0;
  bool last = false;
  while (!last && at + 2 * kLabel <= frame.rest.size() && at < limits::kNesting * kLabel) {
    last = (frame.rest[at + 2] & 1) != 0;
    at += kLabel;
  }
  if (!last || at + 6 > frame.rest.size()) {
    return kOrdinaryUdp;
  }
  const uint8_t* p = frame.rest.data() + at;
  const uint32_t inside = frame.wire_rest - static_cast<uint32_t>(at);
  const bool ip = p[0] >> 4 == 4   ? LoadBig<uint16_t>(p + 2) == inside
                  : p[0] >> 4 == 6 ? LoadBig<uint16_t>(p + 4) + kIpv6Header == inside
                                   : false;
  return ip ? Next(Layer::kMpls) : kOrdinaryUdp;
}

// RFC 8926.
Step TakeGeneve(Frame& frame) {
  constexpr size_t kHeader = 8;
  if (frame.rest.size() < kHeader) {
    return kOrdinaryUdp;
  }
  const uint8_t* p = frame.rest.data();
  const size_t header = kHeader + (p[0] & 0x3f) * size_t{4};
  const Step step = ByEtherType(LoadBig<uint16_t>(p + 2));
  const bool version_0 = p[0] >> 6 == 0;
  if (!version_0 || (p[1] & 0x3f) != 0 || p[7] != 0 || frame.wire_rest < header) {
    return kOrdinaryUdp;
  }
  if (step.next == Layer::kNone) {
    return step;
  }
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  frame.Enter(Kind::kGeneve, LoadBig<uint32_t>(p + 4) >> 8);
  frame.Skip(header);
  return step;
}

// 3GPP TS 29.281, section 5.
Step TakeGtpUser(Frame& frame) {
  constexpr size_t kHeader = 8, kOptions = 4;
  constexpr uint8_t kVersionMask = 0xf0, kVersion1 = 0x30, kAnyOption = 0x07, kExtension = 0x04;
  constexpr uint8_t kUserPacket = 255;
  if (frame.rest.size() < kHeader + kOptions) {
    return kOrdinaryUdp;
  }
  const uint8_t* p = frame.rest.data();
  const uint32_t length = LoadBig<uint16_t>(p + 2);
  if ((p[0] & kVersionMask) != kVersion1 || p[1] != kUserPacket ||
      length + kHeader != frame.wire_rest) {
    return kOrdinaryUdp;
  }
  const uint32_t tunnel = LoadBig<uint32_t>(p + 4);
  uint8_t extension = (p[0] & kExtension) != 0 ? p[kHeader + 3] : uint8_t{0};
  frame.Skip(kHeader + ((p[0] & kAnyOption) != 0 ? kOptions : 0));
  while (extension != 0) {
    const size_t bytes = frame.rest.empty() ? 0 : frame.rest[0] * size_t{4};
    if (bytes == 0) {
      return Ignore(IgnoreReason::kBadLength);
    }
    if (frame.rest.size() < bytes) {
      return TooShort(frame, bytes);
    }
    extension = frame.rest[bytes - 1];
    frame.Skip(bytes);
  }
  frame.Enter(Kind::kGtpU, tunnel);
  return Next(Layer::kIp);
}

// RFC 4380, section 5.1.1: an authentication and an origin indication may come before the packet.
Step TakeTeredo(Frame& frame) {
  constexpr size_t kAuthentication = 13, kOrigin = 8, kIpv6Header = 40;
  if (frame.rest.size() >= kAuthentication && LoadBig<uint16_t>(frame.rest.data()) == 1) {
    const size_t bytes = kAuthentication + frame.rest[2] + frame.rest[3];
    if (frame.rest.size() < bytes) {
      return kOrdinaryUdp;
    }
    frame.Skip(bytes);
  }
  if (frame.rest.size() >= kOrigin && LoadBig<uint16_t>(frame.rest.data()) == 0) {
    frame.Skip(kOrigin);
  }
  if (frame.rest.size() < kIpv6Header || frame.rest[0] >> 4 != 6 ||
      LoadBig<uint16_t>(frame.rest.data() + 4) + kIpv6Header != frame.wire_rest) {
    return kOrdinaryUdp;
  }
  frame.Enter(Kind::kTeredo, 0);
  return Next(Layer::kIpv6);
}

// draft-massar-v6ops-ayiya-02: an identity and a signature, whose lengths come first.
Step TakeAyiya(Frame& frame) {
  constexpr size_t kHeader = 8;
  constexpr uint8_t kForward = 1, kIpv4 = 4, kIpv6 = 41;
  if (frame.rest.size() < kHeader) {
    return kOrdinaryUdp;
  }
  const uint8_t* p = frame.rest.data();
  const size_t identity = size_t{1} << (p[0] >> 4);
  const size_t header = kHeader + identity + (p[1] >> 4) * size_t{4};
  if ((p[2] & 0x0f) != kForward || (p[3] != kIpv4 && p[3] != kIpv6) ||
      frame.rest.size() <= header || frame.rest[header] >> 4 != (p[3] == kIpv4 ? 4 : 6)) {
    return kOrdinaryUdp;
  }
  ++frame.nesting;  // it has no number of its own
  frame.Skip(header);
  return Next(Layer::kIp);
}

// RFC 8086: version and reserved bits are zero.
Step TakeGreOverUdp(const Frame& frame) {
  return frame.rest.size() >= 4 && (LoadBig<uint16_t>(frame.rest.data()) & 0x4fff) == 0
             ? Next(Layer::kGre)
             : kOrdinaryUdp;
}

/// PPTP's GRE (RFC 2637): a call, and sequence and acknowledgment numbers if its bits say so.
Step TakePptp(Frame& frame, uint16_t flags) {
  constexpr uint16_t kSequence = 0x1000, kAcknowledgment = 0x0080;
  const size_t header =
      8 + ((flags & kSequence) != 0 ? 4 : 0) + ((flags & kAcknowledgment) != 0 ? 4 : 0);
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  const uint16_t length = LoadBig<uint16_t>(frame.rest.data() + 4);
  frame.Enter(Kind::kGre, LoadBig<uint16_t>(frame.rest.data() + 6));
  frame.Skip(header);
  if ((flags & kSequence) == 0 || length == 0) {
    return Ignore(IgnoreReason::kNotIp);  // an acknowledgment alone
  }
  frame.SetLength(length);
  return Next(Layer::kPpp);
}

}  // namespace

Step DecodeGre(Frame& frame) {
  constexpr size_t kHeader = 4;
  constexpr uint16_t kChecksum = 0x8000, kRouting = 0x4000, kKey = 0x2000, kSequence = 0x1000;
  constexpr uint16_t kErspan = 0x88be, kErspan3 = 0x22eb, kWccp = 0x883e, kPpp = 0x880b;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint16_t flags = LoadBig<uint16_t>(frame.rest.data());
  const uint16_t type = LoadBig<uint16_t>(frame.rest.data() + 2);
  const uint16_t version = flags & 7;
  if (version == 1 && type == kPpp) {
    return TakePptp(frame, flags);
  }
  if (version != 0 || (flags & kRouting) != 0) {
    return Ignore(IgnoreReason::kUnknownEncapsulation, Numbered(NumberSpace::kEtherType, type));
  }
  const size_t key_at = kHeader + ((flags & kChecksum) != 0 ? 4 : 0);
  const size_t header = key_at + ((flags & kKey) != 0 ? 4 : 0) + ((flags & kSequence) != 0 ? 4 : 0);
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  const uint32_t key = (flags & kKey) != 0 ? LoadBig<uint32_t>(frame.rest.data() + key_at) : 0;
  frame.Skip(header);
  switch (type) {
    case kErspan:
      if ((flags & kSequence) != 0) {
        return Next(Layer::kErspan2);
      }
      frame.Enter(Kind::kErspan, 0);  // type I has no header of its own
      return Next(Layer::kEthernet);
    case kErspan3:
      return Next(Layer::kErspan3);
    case kWccp:
      // Version 2 puts four bytes before the packet, version 1 none.
      frame.Enter(Kind::kGre, key);
      if (frame.rest.size() > 4 && frame.rest[0] >> 4 != 4) {
        frame.Skip(4);
      }
      return Next(Layer::kIpv4);
    default:
      frame.Enter(Kind::kGre, key);
      return ByEtherType(type);
  }
}

Step DecodeErspan2(Frame& frame) {
  constexpr size_t kHeader = 8;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  frame.Enter(Kind::kErspan, LoadBig<uint16_t>(frame.rest.data() + 2) & 0x03ff);
  frame.Skip(kHeader);
  return Next(Layer::kEthernet);
}

Step DecodeErspan3(Frame& frame) {
  constexpr size_t kHeader = 12, kPlatformHeader = 8;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  const bool has_platform = (p[11] & 1) != 0;
  const size_t header = kHeader + (has_platform ? kPlatformHeader : 0);
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  constexpr uint8_t kFrameTypeIp = 2;
  const uint8_t frame_type = p[10] >> 2 & 0x1f;
  frame.Enter(Kind::kErspan, LoadBig<uint16_t>(p + 2) & 0x03ff);
  frame.Skip(header);
  return Next(frame_type == kFrameTypeIp ? Layer::kIp : Layer::kEthernet);
}

/// RFC 3378.
Step DecodeEtherIp(Frame& frame) {
  constexpr size_t kHeader = 2;
  constexpr uint16_t kVersion3 = 0x3000;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  if (LoadBig<uint16_t>(frame.rest.data()) != kVersion3) {
    return Ignore(IgnoreReason::kNotIp);
  }
  ++frame.nesting;
  frame.Skip(kHeader);
  return Next(Layer::kEthernet);
}

/// RFC 3931, section 4.1.1: a session, 0 for control. The two ends have agreed on a cookie of 0, 4
/// or 8 bytes and on 4 more bytes or none, of which the packet says nothing.
Step DecodeL2tp3(Frame& frame) {
  constexpr size_t kSession = 4, kMore = 4, kMoreMax = 12;
  if (frame.rest.size() < kSession) {
    return TooShort(frame, kSession);
  }
  if (LoadBig<uint32_t>(frame.rest.data()) == 0) {
    return Ignore(IgnoreReason::kNotIp);
  }
  frame.Skip(kSession);
  for (size_t more = 0; more <= kMoreMax && more <= frame.rest.size(); more += kMore) {
    if (LooksLikeEthernet(frame.rest.subspan(more))) {
      ++frame.nesting;
      frame.Skip(more);
      return Next(Layer::kEthernet);
    }
  }
  return frame.cut() ? Ignore(IgnoreReason::kTruncatedHeader) : Ignore(IgnoreReason::kNotIp);
}

Step DecodeUdp(Frame& frame) {
  constexpr size_t kHeader = 8;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  const uint16_t source = LoadBig<uint16_t>(p);
  const uint16_t destination = LoadBig<uint16_t>(p + 2);
  const uint16_t length = LoadBig<uint16_t>(p + 4);
  if (length != 0 && (length < kHeader || length > frame.wire_rest)) {
    return Ignore(IgnoreReason::kBadLength);
  }
  if (length != 0) {
    frame.SetLength(length);
  }
  frame.Skip(kHeader);
  switch (destination) {
    case kVxlanPort:
    case kVxlanLinuxPort:
      return TakeVxlan(frame);
    case kVxlanGpePort:
      return TakeVxlanGpe(frame);
    case kMplsUdpPort:
      return TakeMplsOverUdp(frame);
    case kGenevePort:
      return TakeGeneve(frame);
    case kGreUdpPort:
      return TakeGreOverUdp(frame);
    default:
      break;
  }
  // The answers of these come from the port.
  const auto either = [&](uint16_t port) { return source == port || destination == port; };
  if (either(kGtpUserPort)) {
    return TakeGtpUser(frame);
  }
  if (either(kTeredoPort)) {
    return TakeTeredo(frame);
  }
  return either(kAyiyaPort) ? TakeAyiya(frame) : TakeAccessTunnel(frame, source, destination);
}

}  // namespace trafrec::reassembly
