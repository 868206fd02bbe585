#include "store/crypto/encoding.h"

#include <algorithm>

#include "store/crypto/sodium_start.h"

namespace trafrec::store::crypto {
namespace {

int VariantOf(Base64 alphabet) {
  return alphabet == Base64::kPadded ? sodium_base64_VARIANT_ORIGINAL
                                     : sodium_base64_VARIANT_URLSAFE_NO_PADDING;
}

}  // namespace

std::string ToBase64(Bytes bytes, Base64 alphabet) {
  const int variant = VariantOf(alphabet);
  // The length counts the NUL that libsodium puts at the end.
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();
  return text;
}

bool FromBase64(std::string_view text, Base64 alphabet, std::span<uint8_t> out) {
  size_t length = 0;
  // Without a place for its end libsodium takes nothing but the whole text.
  return sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length,
                           nullptr, VariantOf(alphabet)) == 0 &&
         length == out.size();
}

std::string ToHex(Bytes bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

bool FromHex(std::string_view text, std::span<uint8_t> out) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == out.size() * 2 && std::ranges::all_of(text, is_digit) &&
         sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, nullptr,
                        nullptr) == 0;
}

}  // namespace trafrec::store::crypto
