#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "store/crypto/hash.h"
#include "store/crypto/signing.h"

// The token that makes an ordinary request a sentinel: the value of its User-Agent field,
//   trafrec-sentinel/1 kid=… aud=… ts=… nonce=… purpose=… sig=…
// docs/sentinel.md is normative.

namespace trafrec::store {

/// A User-Agent that begins with it claims to be a sentinel, of whatever version.
inline constexpr std::string_view kSentinelMark = "trafrec-sentinel/";

using SentinelNonce = std::array<uint8_t, 16>;

struct SentinelToken {
  std::string key_id;
  std::string audience;
  TimeNs sent_at = 0;  ///< the sender's clock
  SentinelNonce nonce{};
  std::string purpose;
  crypto::Signature signature{};

  bool operator==(const SentinelToken&) const = default;
};

/// What a signature covers beside the token itself. Borrowed.
struct SentinelRequest {
  std::string_view method;
  std::string_view target;  ///< as on the wire
  crypto::Digest body_digest{};
};

/// [a-z0-9][a-z0-9._-]{0,62}
bool IsSentinelAudience(std::string_view text);
/// [a-z][a-z0-9-]{0,62}
bool IsSentinelPurpose(std::string_view text);

/// The one way to write a token is the only one that is read: each field once, in order, one space
/// between. The Error says which field is wrong; kUnsupported: of a version that we do not know.
Result<SentinelToken> ParseSentinelToken(std::string_view text);
std::string FormatSentinelToken(const SentinelToken& token);

/// Sets the key id and the signature of a token whose other fields are set.
void SignSentinel(SentinelToken& token, const SentinelRequest& request,
                  const crypto::SigningKey& key);
[[nodiscard]] bool VerifySentinel(const SentinelToken& token, const SentinelRequest& request,
                                  const crypto::VerifyKey& key);

}  // namespace trafrec::store
