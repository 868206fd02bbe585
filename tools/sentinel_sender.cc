#include "tools/sentinel_sender.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/crypto/encoding.h"
#include "store/crypto/random.h"

namespace trafrec::tools {
namespace {

/// Of every index that can be asked, hidden ones too: a data stream's indices are hidden.
constexpr std::string_view kStats =
    "/_stats/docs?level=shards&expand_wildcards=all&forbid_closed_indices=false"
    "&filter_path=_shards,indices.*.uuid,indices.*.shards.*.routing,indices.*.shards.*.seq_no";
/// Statistics do not have these.
constexpr std::string_view kMetadata =
    "/_cluster/state/metadata?filter_path=cluster_uuid,metadata.indices.*.settings.index.uuid,"
    "metadata.indices.*.primary_terms,metadata.indices.*.routing_num_shards";

store::SentinelNonce NewNonce() {
  store::SentinelNonce nonce;
  store::crypto::FillRandom(nonce);
  return nonce;
}

}  // namespace

Status RequireSuccess(const HttpAnswer& answer, const HttpBase& base, const std::string& request) {
  if (answer.status >= 200 && answer.status < 300) {
    return {};
  }
  const std::string what = fmt::format("{} answered {} to {}", base.url, answer.status, request);
  switch (answer.status) {
    case 401:
      return Fail(ErrorCode::kPermission, what + ": it wants to know who asks",
                  "give credentials: --auth basic --auth-file FILE, or bearer, or api-key");
    case 403:
      return Fail(ErrorCode::kPermission, what + ": who asks may not do this",
                  "use an account with the cluster privilege monitor");
    case 404:
      return Fail(ErrorCode::kNotFound, what,
                  "check the URL: is it an Elasticsearch or OpenSearch, and the path right?");
    case 429:
    case 502:
    case 503:
    case 504:
      return Fail(ErrorCode::kIo, what + ": it cannot serve now", "try again when it can");
    default:
      return Fail(ErrorCode::kIo, what, "its own log says more");
  }
}

Status CheckIndexName(const std::string& index) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  if (index.empty() || index.front() == '_' || index.front() == '-' || index == "." ||
      index == ".." || !std::ranges::all_of(index, is_plain)) {
    return Fail(ErrorCode::kUsage, "'" + index + "' is no name of one index",
                "use an index of lower-case letters, digits, '.', '_' and '-'");
  }
  return {};
}

Result<SentSentinel> SentinelSender::Send(const std::string& method, const std::string& target,
                                          const store::SentinelNonce& nonce,
                                          const std::string& body) {
  SentSentinel sent{.method = method, .target = base_.path + target};
  sent.token.audience = audience_;
  sent.token.sent_at = WallClockNow();
  sent.token.nonce = nonce;
  sent.token.purpose = purpose_;
  store::SignSentinel(sent.token,
                      {sent.method, sent.target, store::crypto::Sha256::Of(AsBytes(body))}, key_);
  TRY_ASSIGN(sent.answer, client_.Send({.method = sent.method,
                                        .target = sent.target,
                                        .user_agent = store::FormatSentinelToken(sent.token),
                                        .body = body}));
  TRY(RequireSuccess(sent.answer, base_, sent.method + " " + sent.target));
  sent.state = ParseSourceState(sent.answer.body);
  return sent;
}

Result<std::vector<SentSentinel>> SentinelSender::SendRound(
    const std::string& index, const std::vector<store::HeadClaim>& heads) {
  std::vector<SentSentinel> round;
  TRY_ASSIGN(SentSentinel stats, Send("GET", std::string(kStats), NewNonce(), ""));
  round.push_back(std::move(stats));
  std::string target(kMetadata);
  for (const store::HeadClaim& head : heads) {
    target += "," + store::FormatHeadClaim(head);  // a filter that nothing passes
  }
  TRY_ASSIGN(SentSentinel metadata, Send("GET", target, NewNonce(), ""));
  round.push_back(std::move(metadata));
  if (!index.empty()) {
    const store::SentinelNonce nonce = NewNonce();
    const std::string hex = store::crypto::ToHex(nonce);
    const std::string body = fmt::format(
        R"({{"trafrec_sentinel":{{"nonce":"{}","audience":"{}","purpose":"{}","time":"{}"}}}})",
        hex, audience_, purpose_, FormatTime(WallClockNow()));
    TRY_ASSIGN(SentSentinel written,
               Send("PUT", fmt::format("/{}/_doc/{}{}", index, kSentinelDocumentPrefix, hex), nonce,
                    body));
    round.push_back(std::move(written));
  }
  return round;
}

Status SentinelSender::RequireIndex(const std::string& index) {
  const std::string target = base_.path + "/" + index;
  TRY_ASSIGN(
      const HttpAnswer answer,
      client_.Send({.method = "HEAD", .target = target, .user_agent = "trafrec", .body = ""}));
  if (answer.status == 404) {
    return Fail(ErrorCode::kNotFound, base_.url + " has no index " + index,
                "make it first: a sentinel should not change what the source holds");
  }
  return RequireSuccess(answer, base_, "HEAD " + target);
}

}  // namespace trafrec::tools
