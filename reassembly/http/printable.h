#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace trafrec::reassembly {

/// Where the first byte lies that is no printable ASCII (blanks, 0x20, are), or `end`. Looks at
/// eight bytes at a time.
inline const char* SkipPrintable(const char* at, const char* end) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  for (; end - at >= static_cast<std::ptrdiff_t>(sizeof(uint64_t)); at += sizeof(uint64_t)) {
    const auto word = LoadLittle<uint64_t>(reinterpret_cast<const uint8_t*>(at));
    // Sets the top bit of bytes below 0x20 and above 0x7e. Carries only reach bytes behind such a
    // one, and the first is what counts.
    const uint64_t odd = (word | (word - kOnes * 0x20) | (word + kOnes)) & (kOnes * 0x80);
    if (odd != 0) {
      return at + std::countr_zero(odd) / 8;
    }
  }
  while (at < end && *at >= 0x20 && *at < 0x7f) {
    ++at;
  }
  return at;
}

}  // namespace trafrec::reassembly
