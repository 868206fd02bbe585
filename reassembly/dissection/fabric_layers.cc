#include "reassembly/dissection/frame.h"

// What switches and service chains put around the frames of their own fabric. None of it says more
// than which way a frame takes through it.

namespace trafrec::reassembly {
namespace {

/// A tag of so many bytes, the last two of which are the EtherType of what follows.
Step SkipTag(Frame& frame, size_t bytes) {
  if (frame.rest.size() < bytes) {
    return TooShort(frame, bytes);
  }
  const uint16_t type = LoadBig<uint16_t>(frame.rest.data() + bytes - 2);
  frame.Skip(bytes);
  return ByTypeOrLength(frame, type);
}

/// Whole frames with so many bytes before them.
Step SkipToFrame(Frame& frame, size_t bytes) {
  if (frame.rest.size() < bytes) {
    return TooShort(frame, bytes);
  }
  frame.Skip(bytes);
  return Next(Layer::kEthernet);
}

}  // namespace

/// VN-Tag: between the addresses and the type, as a VLAN tag.
Step DecodeTaggedByPort(Frame& frame) { return SkipTag(frame, 6); }

/// 802.1BR: the same with numbers of both ports.
Step DecodePortExtender(Frame& frame) { return SkipTag(frame, 8); }

/// High-availability seamless redundancy (IEC 62439-3): a path, a size and a sequence number. The
/// second copy of each frame, by the other way round the ring, is a duplicate to TCP.
Step DecodeRedundancy(Frame& frame) { return SkipTag(frame, 6); }

/// 802.1ah: a service number, then the customer's whole frame.
Step DecodeBackbone(Frame& frame) { return SkipToFrame(frame, 4); }

/// Cisco FabricPath: a tree number and a time to live, then the whole frame.
Step DecodeFabricPath(Frame& frame) { return SkipToFrame(frame, 2); }

/// Cisco metadata: a version, the number of words, and security groups in them.
Step DecodeCiscoMetadata(Frame& frame) {
  constexpr size_t kFixed = 2, kType = 2;
  if (frame.rest.size() < kFixed) {
    return TooShort(frame, kFixed);
  }
  return SkipTag(frame, kFixed + frame.rest[1] * size_t{4} + kType);
}

/// 802.1AE: readable where it protects without encrypting. The check value behind is no part of
/// what is inside, whose own lengths end before it.
Step DecodeMacsec(Frame& frame) {
  constexpr size_t kTag = 6, kChannel = 8, kType = 2;
  constexpr uint8_t kVersion = 0x80, kHasChannel = 0x20, kEncrypted = 0x08, kChanged = 0x04;
  if (frame.rest.size() < kTag) {
    return TooShort(frame, kTag);
  }
  const uint8_t control = frame.rest[0];
  if ((control & (kVersion | kEncrypted | kChanged)) != 0) {
    return Ignore(IgnoreReason::kEncrypted);
  }
  return SkipTag(frame, kTag + ((control & kHasChannel) != 0 ? kChannel : 0) + kType);
}

/// Network service header (RFC 8300).
Step DecodeServiceHeader(Frame& frame) {
  constexpr size_t kFixed = 8;
  if (frame.rest.size() < kFixed) {
    return TooShort(frame, kFixed);
  }
  const uint8_t* p = frame.rest.data();
  const size_t header = (p[1] & 0x3f) * size_t{4};
  const uint8_t protocol = p[3];
  if (p[0] >> 6 != 0 || header < kFixed) {
    return Ignore(IgnoreReason::kBadLength);
  }
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  ++frame.nesting;  // its path is the same for all of a service
  frame.Skip(header);
  switch (protocol) {
    case 1:
    case 2:
      return Next(Layer::kIp);
    case 3:
      return Next(Layer::kEthernet);
    case 4:
      return Next(Layer::kServiceHeader);
    case 5:
      return Next(Layer::kMpls);
    default:
      return Ignore(IgnoreReason::kUnknownEncapsulation,
                    Numbered(NumberSpace::kServiceHeader, protocol));
  }
}

}  // namespace trafrec::reassembly
