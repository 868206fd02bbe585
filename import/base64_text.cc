#include "import/base64_text.h"

#include <span>

#include "store/crypto/encoding.h"

namespace trafrec::import {

std::optional<std::string> BytesOfBase64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes(text.size() / 4 * 3 - padding, '\0');
  const std::span<uint8_t> out(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
  return store::crypto::FromBase64(text, store::crypto::Base64::kPadded, out)
             ? std::optional(std::move(bytes))
             : std::nullopt;
}

}  // namespace trafrec::import
