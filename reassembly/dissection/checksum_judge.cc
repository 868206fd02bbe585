#include "reassembly/dissection/checksum_judge.h"

#include <bit>
#include <cstring>

#include "reassembly/dissection/checksum.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

constexpr uint8_t kTcpProtocol = 6;
constexpr size_t kTcpChecksumAt = 16;
constexpr size_t kIpv4ChecksumAt = 10;
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

bool ChecksumJudge::AcceptsIpv4Header(Frame& frame, size_t header_bytes) const {
  const uint8_t* p = frame.rest.data();
  uint64_t sum = 0;
  for (size_t i = 0; i < header_bytes; i += 4) {
    sum += LoadNative32(p + i);
  }
  const uint16_t folded = Fold(sum);
  frame.header_error = 0;
  if (folded == kRightSum || policy_ == ChecksumPolicy::kIgnore) {
    return true;
  }
  if (policy_ == ChecksumPolicy::kStrict) {
    return false;
  }
  if (LoadNative16(p + kIpv4ChecksumAt) != 0 && !frame.sum_may_be_absent) {
    frame.header_error = folded;
    frame.header_checksum = LoadNative16(p + kIpv4ChecksumAt);
  }
  return true;
}

bool ChecksumJudge::AcceptsTcp(const Frame& frame) {
  if (policy_ == ChecksumPolicy::kIgnore || frame.cut()) {
    return AcceptsUnjudgeable(frame);
  }
  const uint64_t pseudo_sum =
      frame.address_sum + InNetworkOrder(kTcpProtocol) + InNetworkOrder(frame.wire_rest);
  const uint16_t sum = FoldedSum(frame.rest, pseudo_sum);
  if (sum == kRightSum && frame.header_error == 0) {
    const uint16_t pair = Fold(frame.address_sum);
    rewritten_addresses_.NoteRight(pair);
    unchecked_senders_.NoteRight(pair, *frame.segment);
    ++right_;
    return true;
  }
  if (policy_ == ChecksumPolicy::kAuto) {
    if (frame.header_error == 0 && LeftToHardware(frame, pseudo_sum)) {
      ++offloaded_;
      return true;
    }
    if (AddressesRewritten(frame, sum, LoadNative16(frame.rest.data() + kTcpChecksumAt))) {
      ++rewritten_;
      return true;
    }
    if (unchecked_senders_.Explain(Fold(frame.address_sum), *frame.segment)) {
      ++unchecked_;
      return true;
    }
  }
  ++bad_;
  const size_t header = (frame.rest[12] >> 4) * size_t{4};
  bad_payload_bytes_ += frame.rest.size() - std::min(header, frame.rest.size());
  return false;
}

bool ChecksumJudge::AcceptsUnjudgeable(const Frame& frame) {
  if (frame.header_error != 0 &&
      !rewritten_addresses_.Explain(Fold(frame.address_sum), frame.header_error,
                                    frame.header_checksum)) {
    ++bad_;
    return false;
  }
  ++unjudged_;
  return true;
}

bool ChecksumJudge::AddressesRewritten(const Frame& frame, uint16_t error, uint16_t checksum) {
  const uint16_t pair = Fold(frame.address_sum);
  if (frame.header_error == 0) {
    return rewritten_addresses_.Explain(pair, error, checksum);
  }
  // Both checksums cover the addresses. Chance makes them wrong by the same amount once in 65,535
  // times, so no second packet is needed.
  if (frame.header_error == error) {
    rewritten_addresses_.Confirm(pair, error);
  }
  // If the header tells of rewriting, TCP's checksum says nothing: names in the payload may have
  // been replaced too.
  return rewritten_addresses_.Explain(pair, frame.header_error, frame.header_checksum);
}

bool ChecksumJudge::LeftToHardware(const Frame& frame, uint64_t pseudo_sum) const {
  const uint16_t found = LoadNative16(frame.rest.data() + kTcpChecksumAt);
  // Some drivers leave the length out when they have the card cut a large send into segments.
  const uint64_t without_length = pseudo_sum - InNetworkOrder(frame.wire_rest);
  return found == Fold(pseudo_sum) || found == Fold(without_length) || frame.sum_may_be_absent ||
         frame.rest.size() > limits::kLargestMtuBytes || StaysOnHost(*frame.segment);
}

void ChecksumJudge::AddCounters(Counters& counters) const {
  counters.push_back(
      {"checksums.tcp", "", right_ + offloaded_ + rewritten_ + unchecked_ + unjudged_ + bad_});
  counters.push_back({"checksums.tcp.right", "checksums.tcp", right_});
  counters.push_back({"checksums.tcp.offloaded", "checksums.tcp", offloaded_});
  counters.push_back({"checksums.tcp.rewritten", "checksums.tcp", rewritten_});
  counters.push_back({"checksums.tcp.unchecked", "checksums.tcp", unchecked_});
  counters.push_back({"checksums.tcp.unjudged", "checksums.tcp", unjudged_});
  counters.push_back({"checksums.tcp.bad", "checksums.tcp", bad_});
  counters.push_back({"payload.bad_checksum_bytes", "", bad_payload_bytes_});
}

}  // namespace trafrec::reassembly
