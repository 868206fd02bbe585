#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace trafrec::store {

/// Writes a T in little-endian order; `out` needs no alignment.
template <typename T>
void StoreLittle(uint8_t* out, T value) {
  if constexpr (std::endian::native == std::endian::big) {
    value = std::byteswap(value);
  }
  std::memcpy(out, &value, sizeof(value));
}

}  // namespace trafrec::store
