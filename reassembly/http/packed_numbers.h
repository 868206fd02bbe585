#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/check.h"

namespace trafrec::reassembly {

/// Numbers in as few bytes as they need, for what rests in memory: seven bits a byte, low ones
/// first. Small ones take one byte, the greatest of their type too, and so do those near to one
/// that is known (Near). Whoever packs names its numbers once, to a NumberWriter and to a
/// NumberReader alike, so the two cannot differ.
namespace packed {

template <typename T>
concept Number = std::integral<T> || std::is_enum_v<T>;

/// Signed ones fold around 0. The two greatest come to 0 and 1, the others follow.
template <Number T>
constexpr uint64_t Encode(T value) {
  uint64_t bits;
  if constexpr (std::is_enum_v<T>) {
    bits = static_cast<uint64_t>(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::signed_integral<T>) {
    const auto wide = static_cast<int64_t>(value);
    bits = (static_cast<uint64_t>(wide) << 1) ^ static_cast<uint64_t>(wide >> 63);
  } else {
    bits = value;
  }
  return bits + 2;
}

template <Number T>
constexpr T Decode(uint64_t code) {
  const uint64_t bits = code - 2;
  if constexpr (std::signed_integral<T>) {
    return static_cast<T>(static_cast<int64_t>((bits >> 1) ^ (0 - (bits & 1))));
  } else {
    return static_cast<T>(bits);
  }
}

/// Not the code of any number that can be there, as it would be that of the second greatest.
inline constexpr uint64_t kNone = 0;

constexpr int64_t Difference(uint64_t value, uint64_t base) {
  return static_cast<int64_t>(value - base);
}

}  // namespace packed

class NumberWriter {
 public:
  NumberWriter() { bytes_.reserve(kUsualBytes); }

  template <packed::Number... T>
  void operator()(const T&... values) {
    (Put(packed::Encode(values)), ...);
  }
  template <packed::Number T>
  void operator()(const std::optional<T>& value) {
    CHECK(!value || packed::Encode(*value) != packed::kNone);
    Put(value ? packed::Encode(*value) : packed::kNone);
  }
  /// 64 bits, that are probably near to `base`, which the reader knows by then.
  template <packed::Number T>
  void Near(std::type_identity_t<T> base, const T& value) {
    static_assert(sizeof(T) == sizeof(uint64_t));
    (*this)(packed::Difference(static_cast<uint64_t>(value), static_cast<uint64_t>(base)));
  }
  template <packed::Number T>
  void Near(std::type_identity_t<T> base, const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) {
      Near(base, *value);
    }
  }
  /// Eight at most, in one byte.
  template <std::same_as<bool>... T>
  void Bits(const T&... bits) {
    static_assert(sizeof...(bits) <= 8);
    unsigned place = 0;
    unsigned byte = 0;
    ((byte |= static_cast<unsigned>(bits) << place++), ...);
    bytes_.push_back(static_cast<uint8_t>(byte));
  }
  void Byte(const uint8_t& byte) { bytes_.push_back(byte); }

  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  static constexpr size_t kUsualBytes = 256;

  void Put(uint64_t code) {
    for (; code >= 0x80; code >>= 7) {
      bytes_.push_back(static_cast<uint8_t>(code | 0x80));
    }
    bytes_.push_back(static_cast<uint8_t>(code));
  }

  std::vector<uint8_t> bytes_;
};

/// Of what a NumberWriter wrote in this process; the same calls in the same order.
class NumberReader {
 public:
  explicit NumberReader(const uint8_t* bytes) : next_(bytes) {}

  template <packed::Number... T>
  void operator()(T&... values) {
    ((values = packed::Decode<T>(Take())), ...);
  }
  template <packed::Number T>
  void operator()(std::optional<T>& value) {
    const uint64_t code = Take();
    value = code == packed::kNone ? std::nullopt : std::optional(packed::Decode<T>(code));
  }
  template <packed::Number T>
  void Near(std::type_identity_t<T> base, T& value) {
    int64_t difference = 0;
    (*this)(difference);
    value = static_cast<T>(static_cast<uint64_t>(base) + static_cast<uint64_t>(difference));
  }
  template <packed::Number T>
  void Near(std::type_identity_t<T> base, std::optional<T>& value) {
    bool has = false;
    (*this)(has);
    value = has ? std::optional<T>(0) : std::nullopt;
    if (value) {
      Near(base, *value);
    }
  }
  template <std::same_as<bool>... T>
  void Bits(T&... bits) {
    unsigned byte = *next_++;
    ((bits = (byte & 1) != 0, byte >>= 1), ...);
  }
  void Byte(uint8_t& byte) { byte = *next_++; }

  const uint8_t* next() const { return next_; }

 private:
  uint64_t Take() {
    uint64_t code = 0;
    for (unsigned shift = 0;; shift += 7) {
      const uint8_t byte = *next_++;
      code |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return code;
      }
    }
  }

  const uint8_t* next_;
};

}  // namespace trafrec::reassembly
