#include "reassembly/dissection/checksum_judge.h"

#include <bit>
#include <cstring>

#include "reassembly/dissection/checksum.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

constexpr uint8_t kTcpProtocol = 6;
constexpr size_t kTcpChecksumAt = 16;
constexpr uint8_t kLoopbackNet = 127;

uint32_t LoadNative32(const uint8_t* p) {
  uint32_t word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

uint16_t LoadNative16(const uint8_t* p) {
  uint16_t word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

/// A number as its network bytes add up in native order.
uint32_t InNetworkOrder(uint32_t number) {
  return std::endian::native == std::endian::little ? std::byteswap(number) : number;
}

bool StaysOnHost(const TcpSegment& segment) {
  static constexpr IpAddress kLoopbackV6 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
  const IpAddress& to = segment.destination.address;
  return segment.source.address == to || to == kLoopbackV6 ||
         (to.is_v4() && to.bytes[12] == kLoopbackNet);
}

}  // namespace

bool ChecksumJudge::AcceptsIpv4Header(const Frame& frame, size_t header_bytes) const {
  const uint8_t* p = frame.rest.data();
  uint64_t sum = 0;
  for (size_t i = 0; i < header_bytes; i += 4) {
    sum += LoadNative32(p + i);
  }
  if (Fold(sum) == kRightSum || policy_ == ChecksumPolicy::kIgnore) {
    return true;
  }
  return policy_ == ChecksumPolicy::kAuto && (LoadNative16(p + 10) == 0 || frame.sum_may_be_absent);
}

bool ChecksumJudge::AcceptsTcp(const Frame& frame) {
  if (policy_ == ChecksumPolicy::kIgnore || frame.cut()) {
    ++unjudged_;
    return true;
  }
  const uint64_t pseudo_sum =
      frame.address_sum + InNetworkOrder(kTcpProtocol) + InNetworkOrder(frame.wire_rest);
  if (FoldedSum(frame.rest, pseudo_sum) == kRightSum) {
    ++right_;
    return true;
  }
  if (policy_ == ChecksumPolicy::kAuto && LeftToHardware(frame, pseudo_sum)) {
    ++offloaded_;
    return true;
  }
  ++bad_;
  const size_t header = (frame.rest[12] >> 4) * size_t{4};
  bad_payload_bytes_ += frame.rest.size() - std::min(header, frame.rest.size());
  return false;
}

bool ChecksumJudge::LeftToHardware(const Frame& frame, uint64_t pseudo_sum) const {
  const uint16_t found = LoadNative16(frame.rest.data() + kTcpChecksumAt);
  // Some drivers leave the length out when they have the card cut a large send into segments.
  const uint64_t without_length = pseudo_sum - InNetworkOrder(frame.wire_rest);
  return found == Fold(pseudo_sum) || found == Fold(without_length) || frame.sum_may_be_absent ||
         frame.rest.size() > limits::kLargestMtuBytes || StaysOnHost(*frame.segment);
}

void ChecksumJudge::AddCounters(Counters& counters) const {
  counters.push_back({"checksums.tcp", "", right_ + offloaded_ + unjudged_ + bad_});
  counters.push_back({"checksums.tcp.right", "checksums.tcp", right_});
  counters.push_back({"checksums.tcp.offloaded", "checksums.tcp", offloaded_});
  counters.push_back({"checksums.tcp.unjudged", "checksums.tcp", unjudged_});
  counters.push_back({"checksums.tcp.bad", "checksums.tcp", bad_});
  counters.push_back({"payload.bad_checksum_bytes", "", bad_payload_bytes_});
}

}  // namespace trafrec::reassembly
