#include "store/verify/head_claim.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <ranges>

#include "store/crypto/encoding.h"
#include "store/files/log_layout.h"

namespace trafrec::store {
namespace {

constexpr std::string_view kFirst = "trafrec_head/";
/// Log id, recorder, attempt, segment, digest.
constexpr size_t kParts = 5;

bool ParseNumber(std::string_view text, uint32_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// `text` begins behind kFirst, and may go on behind the claim.
std::optional<HeadClaim> ParseClaim(std::string_view text) {
  text = text.substr(0, text.find_first_of(",&# "));
  std::array<std::string_view, kParts> parts;
  size_t count = 0;
  for (const auto part : std::views::split(text, '/')) {
    if (count == kParts) {
      return std::nullopt;
    }
    parts[count++] = std::string_view(part.begin(), part.end());
  }
  HeadClaim claim;
  if (count != kParts || !ParseNumber(parts[2], claim.attempt.attempt) ||
      !ParseNumber(parts[3], claim.head.segment) || !crypto::FromHex(parts[4], claim.head.hash)) {
    return std::nullopt;
  }
  claim.log_id = parts[0];
  claim.attempt.recorder = parts[1];
  return claim;
}

}  // namespace

std::string FormatHeadClaim(const HeadClaim& claim) {
  return fmt::format("{}{}/{}/{}/{:06}/{}", kFirst, claim.log_id, claim.attempt.recorder,
                     AttemptDirectoryName(claim.attempt.attempt), claim.head.segment,
                     crypto::ToHex(claim.head.hash));
}

std::vector<HeadClaim> FindHeadClaims(std::string_view target) {
  std::vector<HeadClaim> claims;
  for (size_t at = target.find(kFirst); at != std::string_view::npos; at = target.find(kFirst)) {
    target.remove_prefix(at + kFirst.size());
    if (auto claim = ParseClaim(target)) {
      claims.push_back(*std::move(claim));
    }
  }
  return claims;
}

Result<std::vector<HeadClaim>> HeadClaimsOf(const std::filesystem::path& log) {
  TRY_ASSIGN(const LogIdentity identity, ReadLogIdentity(log));
  std::vector<HeadClaim> claims;
  TRY_ASSIGN(const std::vector<std::string> recorders, ListRecorders(log));
  for (const std::string& recorder : recorders) {
    TRY_ASSIGN(const std::vector<uint32_t> attempts, ListAttempts(log / recorder));
    for (const uint32_t attempt : std::views::reverse(attempts)) {
      const Result<Head> head = ReadHead(log / recorder / AttemptDirectoryName(attempt));
      if (head) {
        claims.push_back({identity.log_id, {recorder, attempt}, *head});
        break;
      }
      if (head.error().code != ErrorCode::kNotFound) {
        return std::unexpected(head.error());
      }
    }
  }
  if (claims.size() > kHeadClaimsMax) {
    return Fail(ErrorCode::kUsage,
                fmt::format("{} has {} recorders, and a sentinel can name the heads of {}",
                            log.string(), claims.size(), kHeadClaimsMax),
                "leave out --log, and trafrec commit the log instead");
  }
  return claims;
}

}  // namespace trafrec::store
