#include "replay/plan/mark.h"

#include <algorithm>

#include "base/bytes.h"
#include "replay/calibration/round_trip_file.h"
#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"
#include "store/sentinel/sentinel_token.h"

namespace trafrec::plan {

namespace {

bool HasAgent(const message::Request& request, std::string_view begin) {
  const message::Field* agent = message::FindField(request.fields, "User-Agent");
  return agent != nullptr && agent->value.starts_with(begin);
}

}  // namespace

bool IsSentinel(const message::Request& request) { return HasAgent(request, store::kSentinelMark); }

bool IsCalibration(const message::Request& request) {
  return HasAgent(request, calibration::kAgent);
}

std::optional<Mark> ReadMark(const message::Request& request, std::string_view wire_body,
                             const EchoRules& rules) {
  const message::Field* agent = message::FindField(request.fields, "User-Agent");
  if (agent == nullptr) {
    return std::nullopt;
  }
  const auto token = store::ParseSentinelToken(agent->value);
  if (!token) {
    return std::nullopt;
  }
  const store::SentinelRequest covered{request.method, request.target,
                                       store::crypto::Sha256::Of(AsBytes(wire_body))};
  const auto signed_by = [&](const store::crypto::VerifyKey& key) {
    return key.id() == token->key_id && store::VerifySentinel(*token, covered, key);
  };
  if (!rules.trusted.empty() && std::ranges::none_of(rules.trusted, signed_by)) {
    return std::nullopt;
  }
  return Mark{.nonce = store::crypto::ToHex(token->nonce), .audience = token->audience};
}

}  // namespace trafrec::plan
