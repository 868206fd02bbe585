#include "reassembly/redaction/secret_tokens.h"

#include <fmt/format.h>

#include <iterator>
#include <span>

#include "reassembly/redaction/limits.h"

namespace trafrec::reassembly {
namespace {

/// 128 bits: no two values of a log share a token by chance.
constexpr size_t kTokenBytes = 16;

}  // namespace

store::crypto::Digest SecretTokens::Hash(std::string_view value) {
  hmac_.Update(AsBytes(value));
  return hmac_.Finish();
}

std::string SecretTokens::Text(const store::crypto::Digest& digest) {
  std::string text = "redacted-";
  for (const uint8_t byte : std::span(digest).first(kTokenBytes)) {
    fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  }
  return text;
}

std::string_view SecretTokens::TextFor(std::string_view value) {
  if (value.size() > limits::kKnownValueBytes) {
    latest_ = Text(Hash(value));
    return latest_;
  }
  latest_ = value;
  if (const auto known = known_.find(latest_); known != known_.end()) {
    return known->second;
  }
  if (known_.size() >= limits::kKnownTokens) {
    known_.clear();
  }
  return known_.emplace(latest_, Text(Hash(value))).first->second;
}

std::string SecretTokens::NumberFor(std::string_view text) {
  const store::crypto::Digest digest = Hash(text);
  return std::to_string(LoadBig<uint32_t>(digest.data()) & 0x7fff'ffffU);
}

}  // namespace trafrec::reassembly
