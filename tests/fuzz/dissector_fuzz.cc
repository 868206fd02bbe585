#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "reassembly/dissection/dissector.h"
#include "reassembly/dissection/link_type.h"

// Input: packets one after another, each with a header of four bytes: link type (an index into the
// list below), policy and clock (bits), captured length, and what the wire had beyond it.

namespace {

using trafrec::Bytes;
using trafrec::reassembly::ChecksumPolicy;
using trafrec::reassembly::Dissector;
using trafrec::reassembly::Packet;
using trafrec::reassembly::TcpSegment;

constexpr uint16_t kLinkTypes[] = {trafrec::reassembly::kLinkEthernet,
                                   trafrec::reassembly::kLinkRaw,
                                   trafrec::reassembly::kLinkNull,
                                   trafrec::reassembly::kLinkLinuxCooked,
                                   trafrec::reassembly::kLinkLinuxCooked2,
                                   trafrec::reassembly::kLinkPpp,
                                   trafrec::reassembly::kLinkPppEther,
                                   trafrec::reassembly::kLinkCiscoHdlc,
                                   trafrec::reassembly::kLink80211,
                                   trafrec::reassembly::kLink80211Radiotap,
                                   trafrec::reassembly::kLinkPpi,
                                   trafrec::reassembly::kLinkNflog,
                                   trafrec::reassembly::kLinkPppWithDirection,
                                   147};

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
    packet.link_type = kLinkTypes[data[0] % std::size(kLinkTypes)];
    if (const TcpSegment* segment = dissector.Dissect(packet); segment != nullptr) {
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
