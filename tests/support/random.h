#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace trafrec::test_support {

/// xoshiro256** (Blackman and Vigna), seeded by SplitMix64. The standard library's distributions
/// differ between implementations; this one makes the same traffic everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9E3779B97F4A7C15;
      uint64_t mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
      word = mixed ^ (mixed >> 31);
    }
  }

  uint64_t Next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// 0 … bound - 1. The bias of the multiplication is below 2^-32 for the bounds used here.
  uint32_t Below(uint32_t bound) {
    return static_cast<uint32_t>(((Next() >> 32) * uint64_t{bound}) >> 32);
  }

  /// 0 … 1, without 1.
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

  bool Percent(uint32_t percent) { return Below(100) < percent; }
  bool Chance(double rate) { return Unit() < rate; }

  /// Both ends included. Many small values and few large ones: each power of two is as likely.
  uint32_t Skewed(uint32_t from, uint32_t to) {
    const uint32_t span = to - from;
    const auto bits = static_cast<uint32_t>(std::bit_width(span));
    return from + Below(std::min(span, (uint32_t{1} << Below(bits + 1)) - 1) + 1);
  }
  /// Both ends included.
  uint32_t Between(uint32_t from, uint32_t to) { return from + Below(to - from + 1); }

 private:
  uint64_t state_[4];
};

}  // namespace trafrec::test_support
