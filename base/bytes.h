#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace trafrec {

using Bytes = std::span<const uint8_t>;

inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Reads a T in network byte order; `p` needs no alignment.
template <typename T>
T LoadBig(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof(value));
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

/// Reads a T in little-endian order; `p` needs no alignment.
template <typename T>
T LoadLittle(const uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof(value));
  return std::endian::native == std::endian::little ? value : std::byteswap(value);
}

}  // namespace trafrec
