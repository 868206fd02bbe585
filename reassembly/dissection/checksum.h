#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace trafrec::reassembly {

// One's complement sums as RFC 1071 has them, in the machine's own byte order: the sum of 16-bit
// words is the same in either order but for a swap at the end, and a comparison needs no swap.

/// The bytes' 16-bit words, added up and folded to 16 bits; an odd last byte is padded with zero.
uint16_t FoldedSum(Bytes bytes, uint64_t start = 0);

/// Any sum of 16- or 32-bit words, folded to 16 bits.
constexpr uint16_t Fold(uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

/// What a sum over bytes that include their right checksum comes to.
inline constexpr uint16_t kRightSum = 0xffff;

}  // namespace trafrec::reassembly
