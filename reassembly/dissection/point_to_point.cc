#include "reassembly/dissection/frame.h"

// Serial lines, PPP in its wrappings, and label switching.

namespace trafrec::reassembly {
namespace {

using Kind = store::EncapsulationId::Kind;

constexpr size_t kEthernetHeader = 14;

/// Under the last label nothing says what follows: IP by its version, but an Ethernet address may
/// begin with the same bits.
bool LooksLikeIp(Bytes bytes, uint32_t wire_bytes) {
  if (bytes[0] >> 4 == 4) {
    return (bytes[0] & 0x0f) >= 5 && bytes.size() >= 20 &&
           (LoadBig<uint16_t>(bytes.data() + 2) <= wire_bytes || !LooksLikeEthernet(bytes));
  }
  return bytes[0] >> 4 == 6 && bytes.size() >= 40 &&
         (LoadBig<uint16_t>(bytes.data() + 4) + 40u <= wire_bytes || !LooksLikeEthernet(bytes));
}

}  // namespace

bool LooksLikeEthernet(Bytes bytes) {
  if (bytes.size() < kEthernetHeader) {
    return false;
  }
  const Step step = ByEtherType(LoadBig<uint16_t>(bytes.data() + 12));
  return step.next != Layer::kNone || step.reason == IgnoreReason::kNotIp;
}

Step DecodePpp(Frame& frame) {
  // Address and control may be left out, and the protocol's first byte if it is zero (RFC 1661,
  // section 6).
  if (frame.rest.size() < 2) {
    return TooShort(frame, 2);
  }
  const uint8_t* p = frame.rest.data();
  if (p[0] == 0x0f || p[0] == 0x8f) {
    return Next(Layer::kCiscoHdlc);
  }
  if (p[0] == 0xff && p[1] == 0x03) {
    frame.Skip(2);
    if (frame.rest.empty()) {
      return TooShort(frame, 1);
    }
    p = frame.rest.data();
  }
  if ((p[0] & 1) != 0) {
    frame.Skip(1);
    return ByPppProtocol(p[0]);
  }
  if (frame.rest.size() < 2) {
    return TooShort(frame, 2);
  }
  const uint16_t protocol = LoadBig<uint16_t>(p);
  frame.Skip(2);
  return ByPppProtocol(protocol);
}

Step DecodePppWithDirection(Frame& frame) {
  if (frame.rest.empty()) {
    return TooShort(frame, 1);
  }
  frame.sum_may_be_absent |= frame.rest[0] != 0;  // sent by this host
  frame.Skip(1);
  // pppd puts the direction in place of the address, so the control byte follows it (link type
  // 166); others put it before (204). ROHC is the one protocol with this number, and holds no TCP
  // that we could read.
  if (!frame.rest.empty() && frame.rest[0] == 0x03) {
    frame.Skip(1);
  }
  return Next(Layer::kPpp);
}

Step DecodeCiscoHdlc(Frame& frame) {
  constexpr size_t kHeader = 4;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  constexpr uint16_t kSlarp = 0x8035;  // RARP's number: line control
  const uint16_t type = LoadBig<uint16_t>(frame.rest.data() + 2);
  frame.Skip(kHeader);
  return type == kSlarp ? Ignore(IgnoreReason::kNotIp) : ByEtherType(type);
}

Step DecodePppoe(Frame& frame) {
  constexpr size_t kHeader = 6;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  if (p[0] != 0x11 || p[1] != 0) {
    return Ignore(IgnoreReason::kNotIp);
  }
  const uint16_t session = LoadBig<uint16_t>(p + 2);
  const uint16_t length = LoadBig<uint16_t>(p + 4);
  frame.Enter(Kind::kPppoe, session);
  frame.Skip(kHeader);
  frame.SetLength(length);
  return Next(Layer::kPpp);
}

Step DecodeMpls(Frame& frame) {
  constexpr size_t kEntry = 4;
  constexpr uint32_t kFirstOrdinaryLabel = 16;  // RFC 3032: below are special ones
  constexpr uint32_t kEntropyFollows = 7;       // RFC 6790
  bool entropy = false;
  for (bool bottom = false; !bottom;) {
    if (frame.rest.size() < kEntry) {
      return TooShort(frame, kEntry);
    }
    const uint32_t entry = LoadBig<uint32_t>(frame.rest.data());
    const uint32_t label = entry >> 12;
    bottom = (entry & 0x100) != 0;
    if (label >= kFirstOrdinaryLabel && !entropy) {
      frame.Enter(Kind::kMpls, label);
    }
    entropy = label == kEntropyFollows;
    frame.Skip(kEntry);
  }
  if (frame.rest.empty()) {
    return TooShort(frame, 1);
  }
  if (LooksLikeIp(frame.rest, frame.wire_rest)) {
    return Next(Layer::kIp);
  }
  // A pseudowire (RFC 4448), with or without its control word, which begins with four zero bits.
  constexpr size_t kControlWord = 4;
  if (frame.rest[0] >> 4 == 0 && frame.rest.size() > kControlWord &&
      LooksLikeEthernet(frame.rest.subspan(kControlWord))) {
    frame.Skip(kControlWord);
  } else if (!LooksLikeEthernet(frame.rest)) {
    return frame.cut() ? Ignore(IgnoreReason::kTruncatedHeader) : Ignore(IgnoreReason::kNotIp);
  }
  return Next(Layer::kEthernet);
}

}  // namespace trafrec::reassembly
