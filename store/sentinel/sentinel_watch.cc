#include "store/sentinel/sentinel_watch.h"

#include <algorithm>

#include "base/ascii.h"
#include "store/crypto/encoding.h"
#include "store/limits.h"

namespace trafrec::store {
namespace {

constexpr std::string_view kUserAgent = "user-agent";

/// What a request must not have to be verified: its bytes would not be those that were signed.
constexpr Flags kNotWhole = FlagBit(Flag::kRequestTruncated) | FlagBit(Flag::kGapInRequest) |
                            FlagBit(Flag::kEvicted) | FlagBit(Flag::kSnaplenCut) |
                            FlagBit(Flag::kBodyShed) | FlagBit(Flag::kOpen);

bool IsContinuation(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

/// The field's value if the line is a User-Agent.
std::optional<std::string_view> UserAgentOf(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos ||
      !SameButForCase(Trimmed(line.substr(0, colon)), kUserAgent)) {
    return std::nullopt;
  }
  return Trimmed(line.substr(colon + 1));
}

/// What is missing from an answer, or leaves open whose it is: a watermark is a proof.
constexpr Flags kNotProved = kIncompleteFlags | FlagBit(Flag::kPairingPresumed);

bool IsSuccess(const ExchangeRecord& exchange) {
  return exchange.has_response && exchange.status >= 200 && exchange.status < 300 &&
         (exchange.flags & kNotProved) == 0;
}

}  // namespace

std::optional<SentinelClaim> FindSentinelClaim(std::string_view head) {
  // Nearly every head ends here.
  if (head.find(kSentinelMark) == std::string_view::npos) {
    return std::nullopt;
  }
  std::optional<SentinelClaim> claim;
  int user_agents = 0;
  bool folded = false;
  bool is_user_agent = false;
  TakeLine(head);
  while (!head.empty()) {
    const std::string_view line = TakeLine(head);
    if (IsContinuation(line)) {
      folded = folded || is_user_agent;
      continue;
    }
    const auto value = UserAgentOf(line);
    is_user_agent = value.has_value();
    user_agents += is_user_agent ? 1 : 0;
    if (is_user_agent && !claim && value->starts_with(kSentinelMark)) {
      claim = SentinelClaim{.token = *value};
    }
  }
  if (claim) {
    claim->sole = user_agents == 1 && !folded;
  }
  return claim;
}

void SentinelWatch::SeeRequest(const MessageRecord& request, std::string_view target) {
  const auto found = FindSentinelClaim(AsText(request.head));
  if (!found) {
    return;
  }
  Claim& claim = claims_[ExchangeOf(request.id)];
  claim.text = found->token;
  claim.sole = found->sole;
  claim.target = target;
  // A body that was spilled in extents is larger or slower than a sentinel's ever is.
  claim.whole = (request.facts.flags & kNotWhole) == 0 && request.facts.gaps.empty() &&
                request.extents == 0 && request.body_rest.size() == request.facts.body_bytes;
  claim.body_digest = crypto::Sha256::Of(request.body_rest);
}

void SentinelWatch::PutExchange(const ExchangeRecord& exchange) {
  next_.PutExchange(exchange);
  const auto found = claims_.find(exchange.number);
  if (found == claims_.end()) {
    return;
  }
  Claim& claim = found->second;
  if (!claim.verified) {
    claim.record.exchange = exchange.number;
    claim.record.at = exchange.began_at;
    const SentinelVerdict verdict = JudgeRequest(claim, exchange);
    if (verdict != SentinelVerdict::kCounted) {
      Conclude(exchange.number, verdict);
      return;
    }
    claim.verified = true;
  }
  if (!HasFlag(exchange.flags, Flag::kOpen)) {
    Conclude(exchange.number,
             IsSuccess(exchange) ? SentinelVerdict::kCounted : SentinelVerdict::kUnanswered);
  } else if (claims_.size() > limits::kSentinelsAwaitedMax) {
    Conclude(claims_.begin()->first, SentinelVerdict::kUnanswered);
  }
}

SentinelVerdict SentinelWatch::JudgeRequest(Claim& claim, const ExchangeRecord& exchange) {
  SentinelRecord& record = claim.record;
  const Result<SentinelToken> token = ParseSentinelToken(claim.text);
  if (!claim.sole) {
    record.detail = "there is more than one User-Agent, or it is on more than one line";
    return SentinelVerdict::kMalformed;
  }
  if (!token) {
    record.detail = token.error().what;
    return token.error().code == ErrorCode::kUnsupported ? SentinelVerdict::kOtherVersion
                                                         : SentinelVerdict::kMalformed;
  }
  record.key_id = token->key_id;
  record.audience = token->audience;
  record.sent_at = token->sent_at;
  record.nonce = crypto::ToHex(token->nonce);
  record.purpose = token->purpose;
  return JudgeToken(*token, claim, exchange);
}

SentinelVerdict SentinelWatch::JudgeToken(const SentinelToken& token, const Claim& claim,
                                          const ExchangeRecord& exchange) {
  if (token.audience != trust_.audience) {
    return SentinelVerdict::kOtherAudience;
  }
  const auto is_named = [&](const TrustedKey& trusted) { return trusted.key.id() == token.key_id; };
  const auto is_trusted = [&](const TrustedKey& trusted) {
    return is_named(trusted) &&
           (trusted.purposes.empty() ||
            std::ranges::find(trusted.purposes, token.purpose) != trusted.purposes.end());
  };
  if (std::ranges::none_of(trust_.keys, is_named)) {
    return SentinelVerdict::kUnknownKey;
  }
  const auto trusted = std::ranges::find_if(trust_.keys, is_trusted);
  if (trusted == trust_.keys.end()) {
    return SentinelVerdict::kUntrustedPurpose;
  }
  if (!claim.whole) {
    return SentinelVerdict::kRequestIncomplete;
  }
  const SentinelRequest request{exchange.method, claim.target, claim.body_digest};
  if (!VerifySentinel(token, request, trusted->key)) {
    return SentinelVerdict::kBadSignature;
  }
  const TimeNs at = exchange.began_at;
  if (at < token.sent_at - limits::kSentinelWindowNs ||
      at - limits::kSentinelWindowNs > token.sent_at) {
    return SentinelVerdict::kOutOfTime;
  }
  switch (seen_.Add(token.sent_at, token.nonce, at)) {
    case NonceStore::Finding::kNew:
      return SentinelVerdict::kCounted;
    case NonceStore::Finding::kSeen:
      return SentinelVerdict::kReplayed;
    case NonceStore::Finding::kForgotten:
      break;
  }
  return SentinelVerdict::kOutOfTime;
}

void SentinelWatch::Conclude(ExchangeNumber number, SentinelVerdict verdict) {
  auto claim = claims_.extract(number);
  claim.mapped().record.verdict = verdict;
  put_(claim.mapped().record);
}

}  // namespace trafrec::store
