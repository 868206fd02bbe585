#include "reassembly/dissection/unchecked_senders.h"

#include <algorithm>

namespace trafrec::reassembly {
namespace {

uint32_t EndOf(const TcpSegment& segment) {
  return segment.sequence + segment.payload_wire_bytes + (segment.has(TcpSegment::kSyn) ? 1U : 0U) +
         (segment.has(TcpSegment::kFin) ? 1U : 0U);
}

}  // namespace

UncheckedSenders::Way UncheckedSenders::WayOf(uint16_t pair, const TcpSegment& segment) {
  const uint32_t first = FirstOf(pair);
  const bool upwards = segment.source.address.bytes < segment.destination.address.bytes;
  return upwards ? Way{first, first + 1} : Way{first + 1, first};
}

void UncheckedSenders::OnRight(const Way& way, const TcpSegment& segment) {
  right_.set(way.there);
  if (doubts_.empty()) {
    return;
  }
  const auto own = doubts_.find(way.there);
  if (own != doubts_.end()) {
    // A few are right by chance. If more are, they are computed, and the wrong ones are damaged.
    constexpr uint32_t kByChance = 2, kSegmentsOfOne = 4096;
    if (!own->second.confirmed ||
        ++own->second.right > kByChance + own->second.wrong / kSegmentsOfOne) {
      doubts_.erase(own);
    }
  }
  NoteAcknowledgment(way.back, segment);
}

void UncheckedSenders::NoteAcknowledgment(uint32_t way, const TcpSegment& segment) {
  const auto doubt = doubts_.find(way);
  if (doubt != doubts_.end() && segment.has(TcpSegment::kAck) &&
      segment.acknowledgment == doubt->second.end &&
      segment.source.port == doubt->second.destination_port &&
      segment.destination.port == doubt->second.source_port) {
    doubt->second.confirmed = true;
  }
}

bool UncheckedSenders::Explain(uint16_t pair, const TcpSegment& segment) {
  const Way way = WayOf(pair, segment);
  const auto own = doubts_.find(way.there);
  if (own != doubts_.end() && own->second.confirmed) {
    own->second.wrong += own->second.wrong < UINT32_MAX ? 1 : 0;
    NoteAcknowledgment(way.back, segment);
    return true;
  }
  if (right_.test(way.there)) {
    return false;
  }
  // Where both ends compute none, the answer is as wrong as what it acknowledges: the number is
  // proof for both.
  NoteAcknowledgment(way.back, segment);
  const auto other = doubts_.find(way.back);
  const bool answers = other != doubts_.end() && other->second.confirmed &&
                       segment.has(TcpSegment::kAck) && segment.acknowledgment == other->second.end;
  doubts_[way.there] = {.source_port = segment.source.port,
                        .destination_port = segment.destination.port,
                        .end = EndOf(segment),
                        .confirmed = answers};
  return answers;
}

}  // namespace trafrec::reassembly
