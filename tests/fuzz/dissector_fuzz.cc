#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "reassembly/dissection/dissector.h"
#include "tests/fuzz/dissector_input.h"

// Input: packets one after another, each with a header of four bytes: link type (an index into
// kFuzzedLinkTypes), how much later it came (its lowest bit in the first packet is the policy),
// captured length in units of four, and what the wire had beyond it.

namespace {

using trafrec::Bytes;
using trafrec::reassembly::ChecksumPolicy;
using trafrec::reassembly::Dissector;
using trafrec::reassembly::kFuzzedLinkTypes;
using trafrec::reassembly::Packet;
using trafrec::reassembly::TcpSegment;

void CheckSegment(const Packet& packet, const TcpSegment& segment) {
  CHECK(segment.at == packet.at);
  CHECK(segment.payload.size() <= segment.payload_wire_bytes);
  uint32_t sum = 0;
  for (const uint8_t byte : segment.payload) {  // all of it can be read
    sum += byte;
  }
  CHECK(sum <= segment.payload.size() * 255);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kHeader = 4;
  const auto policy =
      size > 1 && (data[1] & 1) != 0 ? ChecksumPolicy::kAuto : ChecksumPolicy::kIgnore;
  Dissector dissector(policy);
  int64_t now = 0;
  while (size >= kHeader) {
    const size_t captured = std::min<size_t>(data[2] * size_t{4}, size - kHeader);
    // A copy of its own, so that a sanitizer sees a read beyond it.
    const std::vector<uint8_t> bytes(data + kHeader, data + kHeader + captured);
    Packet packet;
    now += int64_t{data[1]} << 28;
    packet.at = now;
    packet.bytes = bytes;
    packet.wire_bytes = static_cast<uint32_t>(captured + data[3]);
    packet.link_type = kFuzzedLinkTypes[data[0] % std::size(kFuzzedLinkTypes)];
    if (const TcpSegment* segment = dissector.Dissect(packet); segment != nullptr) {
      CheckSegment(packet, *segment);
    }
    while (const TcpSegment* segment = dissector.DissectMore()) {
      CheckSegment(packet, *segment);
    }
    data += kHeader + captured;
    size -= kHeader + captured;
  }
  trafrec::Counters counters;
  dissector.AddCounters(counters);
  CHECK(trafrec::BrokenSums(counters).empty());
  return 0;
}
