#include "store/sentinel/sentinel_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "store/crypto/encoding.h"

namespace trafrec::store {
namespace {

constexpr std::string_view kVersion = "trafrec-sentinel/1";
constexpr size_t kNameBytesMax = 63;
constexpr size_t kKeyIdBytes = 16;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

template <typename Rest>
bool IsName(std::string_view text, bool first_may_be_digit, const Rest& rest) {
  return !text.empty() && text.size() <= kNameBytesMax &&
         (IsLower(text.front()) || (first_may_be_digit && IsDigit(text.front()))) &&
         std::ranges::all_of(text, [&](char c) { return IsLower(c) || IsDigit(c) || rest(c); });
}

bool IsKeyId(std::string_view text) {
  std::array<uint8_t, kKeyIdBytes / 2> ignored;
  return crypto::FromHex(text, ignored);
}

/// Digits without a zero in front.
std::optional<TimeNs> ParseTimestamp(std::string_view text) {
  TimeNs time = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, time);
  const bool plain = !text.empty() && text.front() >= '1' && text.front() <= '9';
  return plain && error == std::errc() && read == end ? std::optional(time) : std::nullopt;
}

/// Takes " name=value" off the front of `rest`; the value ends before the next space.
std::optional<std::string_view> TakeField(std::string_view& rest, std::string_view name) {
  const bool there = rest.starts_with(' ') && rest.substr(1).starts_with(name) &&
                     rest.substr(1 + name.size()).starts_with('=');
  if (!there) {
    return std::nullopt;
  }
  rest.remove_prefix(name.size() + 2);
  const std::string_view value = rest.substr(0, rest.find(' '));
  rest.remove_prefix(value.size());
  return value;
}

std::unexpected<Error> Malformed(std::string_view field) {
  return Fail(ErrorCode::kCorrupt,
              fmt::format("{} is missing, out of place or not in its form", field));
}

std::string SignedText(const SentinelToken& token, const SentinelRequest& request) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", kVersion, token.key_id, token.audience,
                     token.sent_at, crypto::ToHex(token.nonce), token.purpose, request.method,
                     request.target, crypto::ToHex(request.body_digest));
}

/// A line feed in them would make two requests one text.
bool CanBeSigned(const SentinelRequest& request) {
  return request.method.find('\n') == std::string_view::npos &&
         request.target.find('\n') == std::string_view::npos;
}

}  // namespace

bool IsSentinelAudience(std::string_view text) {
  return IsName(text, true, [](char c) { return c == '.' || c == '_' || c == '-'; });
}

bool IsSentinelPurpose(std::string_view text) {
  return IsName(text, false, [](char c) { return c == '-'; });
}

Result<SentinelToken> ParseSentinelToken(std::string_view text) {
  const std::string_view version = text.substr(0, text.find(' '));
  if (version != kVersion) {
    return version.starts_with(kSentinelMark)
               ? Fail(ErrorCode::kUnsupported, "it is not of version 1")
               : Malformed("version");
  }
  std::string_view rest = text.substr(version.size());
  SentinelToken token;
  const auto key_id = TakeField(rest, "kid");
  if (!key_id || !IsKeyId(*key_id)) {
    return Malformed("kid");
  }
  const auto audience = TakeField(rest, "aud");
  if (!audience || !IsSentinelAudience(*audience)) {
    return Malformed("aud");
  }
  const auto timestamp = TakeField(rest, "ts");
  const auto sent_at = timestamp ? ParseTimestamp(*timestamp) : std::nullopt;
  if (!sent_at) {
    return Malformed("ts");
  }
  const auto nonce = TakeField(rest, "nonce");
  if (!nonce || !crypto::FromHex(*nonce, token.nonce)) {
    return Malformed("nonce");
  }
  const auto purpose = TakeField(rest, "purpose");
  if (!purpose || !IsSentinelPurpose(*purpose)) {
    return Malformed("purpose");
  }
  const auto signature = TakeField(rest, "sig");
  if (!signature || !crypto::FromBase64(*signature, crypto::Base64::kUrlSafe, token.signature)) {
    return Malformed("sig");
  }
  if (!rest.empty()) {
    return Fail(ErrorCode::kCorrupt, "something stands behind sig");
  }
  token.key_id = *key_id;
  token.audience = *audience;
  token.sent_at = *sent_at;
  token.purpose = *purpose;
  return token;
}

std::string FormatSentinelToken(const SentinelToken& token) {
  return fmt::format("{} kid={} aud={} ts={} nonce={} purpose={} sig={}", kVersion, token.key_id,
                     token.audience, token.sent_at, crypto::ToHex(token.nonce), token.purpose,
                     crypto::ToBase64(token.signature, crypto::Base64::kUrlSafe));
}

void SignSentinel(SentinelToken& token, const SentinelRequest& request,
                  const crypto::SigningKey& key) {
  token.key_id = key.id();
  token.signature = key.Sign(AsBytes(SignedText(token, request)));
}

bool VerifySentinel(const SentinelToken& token, const SentinelRequest& request,
                    const crypto::VerifyKey& key) {
  return CanBeSigned(request) && token.key_id == key.id() &&
         key.Verify(AsBytes(SignedText(token, request)), token.signature);
}

}  // namespace trafrec::store
