#include <utility>

#include "reassembly/dissection/frame.h"

// 802.11 data frames, bare or with a capture header of radiotap or PPI before them.
//
// A header's length follows from a few bits of its first bytes, so each decoder is a few lines.
// Rejected: libtins, which reads these too, but takes apart all that lies inside (an object on the
// heap for each layer, nested as deep as the sender likes) only for us to do it again, gives up the
// whole packet when something inside is cut short, and does not know the HT control field.

namespace trafrec::reassembly {

Step Decode80211(Frame& frame) {
  constexpr size_t kHeader = 24;
  if (frame.rest.size() < 2) {
    return TooShort(frame, kHeader);
  }
  const uint8_t type = frame.rest[0] >> 2 & 3;
  const uint8_t subtype = frame.rest[0] >> 4;
  const uint8_t flags = frame.rest[1];
  constexpr uint8_t kData = 2, kNoData = 4, kQos = 8;
  constexpr uint8_t kToDs = 1, kFromDs = 2, kMoreFragments = 4, kProtected = 0x40, kOrder = 0x80;
  if (type != kData || (subtype & kNoData) != 0) {
    return Ignore(IgnoreReason::kNotIp);
  }
  const bool qos = (subtype & kQos) != 0;
  size_t header = kHeader + ((flags & (kToDs | kFromDs)) == (kToDs | kFromDs) ? 6 : 0);
  const size_t qos_at = header;
  header += (qos ? 2 : 0) + (qos && (flags & kOrder) != 0 ? 4 : 0);
  if (frame.rest.size() < header) {
    return TooShort(frame, header);
  }
  if ((flags & kProtected) != 0) {
    return Ignore(IgnoreReason::kEncrypted);
  }
  if ((flags & kMoreFragments) != 0 || (frame.rest[22] & 0x0f) != 0) {
    return Ignore(IgnoreReason::kFragment);
  }
  constexpr uint8_t kAggregated = 0x80;
  const bool aggregated = qos && (frame.rest[qos_at] & kAggregated) != 0;
  frame.Skip(header);
  return Next(aggregated ? Layer::kAggregate : Layer::kLlc);
}

/// IEEE 802.11-2020, section 9.3.2.2: each packet has two addresses and its length before it, and
/// begins at a multiple of four bytes.
Step DecodeAggregate(Frame& frame) {
  constexpr size_t kHeader = 14;
  Aggregate* const aggregate = std::exchange(frame.aggregate, nullptr);
  if (aggregate == nullptr) {
    return Ignore(IgnoreReason::kNesting);
  }
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint32_t length = LoadBig<uint16_t>(frame.rest.data() + kHeader - 2);
  const size_t bytes = kHeader + length;
  if (bytes > frame.wire_rest) {
    return Ignore(IgnoreReason::kBadLength);
  }
  const size_t next = (bytes + 3) / 4 * 4;
  if (next + kHeader <= frame.wire_rest) {  // else the frame's own check sequence
    *aggregate = {.packet = frame.packet,
                  .rest = frame.rest.subspan(std::min(next, frame.rest.size())),
                  .wire_rest = frame.wire_rest - static_cast<uint32_t>(next),
                  .nesting = frame.nesting,
                  .encapsulation = frame.segment->encapsulation};
  }
  frame.Skip(kHeader);
  frame.SetLength(length);
  return Next(Layer::kLlc);
}

Step DecodeRadiotap(Frame& frame) {
  constexpr size_t kHeader = 8;
  constexpr uint32_t kTimePresent = 1, kFlagsPresent = 2, kMorePresent = 0x80000000;
  constexpr uint8_t kEndsWithCheck = 0x10, kPadded = 0x20, kBadCheck = 0x40;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const uint8_t* p = frame.rest.data();
  const size_t length = LoadLittle<uint16_t>(p + 2);
  if (p[0] != 0 || length < kHeader) {
    return Ignore(IgnoreReason::kBadLength);
  }
  if (frame.rest.size() < length) {
    return TooShort(frame, length);
  }
  const uint32_t present = LoadLittle<uint32_t>(p + 4);
  size_t at = kHeader;
  for (uint32_t more = present; (more & kMorePresent) != 0 && at + 4 <= length; at += 4) {
    more = LoadLittle<uint32_t>(p + at);
  }
  if ((present & kTimePresent) != 0) {
    at = (at + 7) / 8 * 8 + 8;
  }
  const uint8_t flags = (present & kFlagsPresent) != 0 && at < length ? p[at] : uint8_t{0};
  if ((flags & kBadCheck) != 0) {
    return Ignore(IgnoreReason::kBadChecksum);
  }
  frame.Skip(length);
  if ((flags & kEndsWithCheck) != 0 && frame.wire_rest >= 4) {
    frame.SetLength(frame.wire_rest - 4);
  }
  const Step step = Decode80211(frame);
  if ((step.next == Layer::kLlc || step.next == Layer::kAggregate) && (flags & kPadded) != 0) {
    // The driver has aligned what follows the header to four bytes.
    const auto header = static_cast<size_t>(frame.rest.data() - (p + length));
    const size_t padding = (4 - header % 4) % 4;
    if (frame.rest.size() < padding) {
      return TooShort(frame, padding);
    }
    frame.Skip(padding);
  }
  return step;
}

Step DecodePpi(Frame& frame) {
  constexpr size_t kHeader = 8;
  if (frame.rest.size() < kHeader) {
    return TooShort(frame, kHeader);
  }
  const size_t length = LoadLittle<uint16_t>(frame.rest.data() + 2);
  const uint32_t link_type = LoadLittle<uint32_t>(frame.rest.data() + 4);
  if (length < kHeader) {
    return Ignore(IgnoreReason::kBadLength);
  }
  if (frame.rest.size() < length) {
    return TooShort(frame, length);
  }
  frame.Skip(length);
  return ByLinkType(static_cast<uint16_t>(std::min<uint32_t>(link_type, 0xffff)));
}

}  // namespace trafrec::reassembly
