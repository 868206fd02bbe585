#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

// Bytes as text. The time that it takes does not depend on the bytes, so keys may pass through.

namespace trafrec::store::crypto {

enum class Base64 : uint8_t {
  kPadded,   ///< RFC 4648, section 4: + / and padding with =
  kUrlSafe,  ///< section 5: - _ and no padding
};

std::string ToBase64(Bytes bytes, Base64 alphabet);
/// False unless `text` is exactly the one text that stands for `out.size()` bytes.
[[nodiscard]] bool FromBase64(std::string_view text, Base64 alphabet, std::span<uint8_t> out);

/// Lower case.
std::string ToHex(Bytes bytes);
/// False unless `text` is exactly 2 * out.size() digits of lower case.
[[nodiscard]] bool FromHex(std::string_view text, std::span<uint8_t> out);

}  // namespace trafrec::store::crypto
