#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "store/crypto/hash.h"

namespace trafrec::reassembly {

/// What stands in a log for secrets: an HMAC of the value, so that equal values stay equal and
/// nobody without the key can find one by trying. One thread.
class SecretTokens {
 public:
  /// `key` must outlive it.
  explicit SecretTokens(Bytes key) : key_(key), hmac_(key) {}

  /// "redacted-" and 32 hex digits: fits a header, a URL and a JSON string as it is. Valid until
  /// the next call.
  std::string_view TextFor(std::string_view value);
  /// A whole number below 2^31, which every integer field takes.
  std::string NumberFor(std::string_view text);

  /// For a value that comes in pieces and is not kept.
  std::unique_ptr<store::crypto::Hmac> Begin() const {
    return std::make_unique<store::crypto::Hmac>(key_);
  }
  static std::string Text(const store::crypto::Digest& digest);

 private:
  store::crypto::Digest Hash(std::string_view value);

  const Bytes key_;
  store::crypto::Hmac hmac_;
  std::unordered_map<std::string, std::string> known_;  ///< tokens by values seen lately
  std::string latest_;
};

}  // namespace trafrec::reassembly
