#pragma once

#include <cstddef>
#include <cstdint>

namespace trafrec::store {

/// A LEB128 number takes at most ten bytes.
inline constexpr size_t kVarintBytesMax = 10;

/// Writes `value` as LEB128 at `out` and returns the place after it.
inline uint8_t* WriteVarint(uint8_t* out, uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<uint8_t>(value);
  return out;
}

constexpr size_t VarintSize(uint64_t value) {
  size_t size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

/// Reads a number that begins at `in`. Returns the place after it, or null if it does not end
/// before `end` or does not fit 64 bits.
inline const uint8_t* ReadVarint(const uint8_t* in, const uint8_t* end, uint64_t* value) {
  uint64_t result = 0;
  for (unsigned shift = 0; in < end && shift < 64; shift += 7) {
    const uint8_t byte = *in++;
    if (shift == 63 && byte > 1) {
      return nullptr;
    }
    result |= uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      *value = result;
      return in;
    }
  }
  return nullptr;
}

/// Small negative numbers become small positive ones: 0, -1, 1, -2 … are 0, 1, 2, 3 …
constexpr uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

/// a - b and a + b modulo 2^64, so that any two times have a difference that can be undone.
constexpr int64_t WrappedDifference(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
constexpr int64_t WrappedSum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

}  // namespace trafrec::store
