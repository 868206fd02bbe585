#pragma once

#include <string>
#include <vector>

#include "store/sentinel/sentinel_token.h"
#include "store/verify/head_claim.h"
#include "tools/http_client.h"
#include "tools/source_state.h"

namespace trafrec::tools {

/// A sentinel that was sent, and what came back.
struct SentSentinel {
  std::string method;
  std::string target;
  store::SentinelToken token{};
  HttpAnswer answer{};
  SourceState state{};
};

/// Sends sentinels to an Elasticsearch or OpenSearch. Each request has a token of its own.
class SentinelSender {
 public:
  SentinelSender(HttpBase base, HttpClient client, store::crypto::SigningKey key,
                 std::string audience, std::string purpose)
      : base_(std::move(base)),
        client_(std::move(client)),
        key_(std::move(key)),
        audience_(std::move(audience)),
        purpose_(std::move(purpose)) {}

  /// Shard statistics, the metadata of the cluster state, and, unless `index` is empty, a document
  /// in it. `heads` go with the second. Fails at the first request that is not answered with 2xx:
  /// that is no watermark.
  Result<std::vector<SentSentinel>> SendRound(const std::string& index,
                                              const std::vector<store::HeadClaim>& heads);

  /// Fails unless the index is there: a sentinel should not make one.
  Status RequireIndex(const std::string& index);

 private:
  Result<SentSentinel> Send(const std::string& method, const std::string& target,
                            const store::SentinelNonce& nonce, const std::string& body);

  HttpBase base_;
  HttpClient client_;
  store::crypto::SigningKey key_;
  std::string audience_;
  std::string purpose_;
};

/// Fails unless the answer's status is of 2xx: 401, 403, 404 and 5xx say what to do.
Status RequireSuccess(const HttpAnswer& answer, const HttpBase& base, const std::string& request);

/// A name that can stand in a path as it is.
Status CheckIndexName(const std::string& index);

/// What the ids of the documents of mutating sentinels begin with.
inline constexpr std::string_view kSentinelDocumentPrefix = "trafrec-sentinel-";

}  // namespace trafrec::tools
