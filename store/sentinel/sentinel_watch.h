#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/format/record_sink.h"
#include "store/format/sentinel_record.h"
#include "store/sentinel/nonce_store.h"
#include "store/sentinel/sentinel_token.h"

namespace trafrec::store {

/// A key whose sentinels count, for these purposes only; for all if there are none.
struct TrustedKey {
  crypto::VerifyKey key;
  std::vector<std::string> purposes;
};

/// Whose sentinels a recorder believes. Without an audience it looks for none.
struct SentinelTrust {
  std::string audience;
  std::vector<TrustedKey> keys;
};

/// Stands between reassembly and the log: lets every record through as it is, looks for sentinels
/// among the requests, and puts what it made of each. It judges by packets alone: the request's own
/// bytes, whatever redaction makes of them, and packet times, so a capture of last year gives what
/// it gave then. Reassembly thread.
class SentinelWatch : public RecordSink {
 public:
  using PutSentinel = std::function<void(const SentinelRecord&)>;

  SentinelWatch(const SentinelTrust& trust, NonceStore seen, RecordSink& next, PutSentinel put)
      : trust_(trust), seen_(std::move(seen)), next_(next), put_(std::move(put)) {}

  void SeeRequest(const MessageRecord& request, std::string_view target) override;
  void PutConnection(const ConnectionRecord& connection) override {
    next_.PutConnection(connection);
  }
  void PutExtent(MessageId id, uint32_t index, Bytes bytes) override {
    next_.PutExtent(id, index, bytes);
  }
  void PutMessage(const MessageRecord& message) override { next_.PutMessage(message); }
  void PutMessageFacts(MessageId id, const MessageFacts& facts, Bytes trailers,
                       uint32_t extents) override {
    next_.PutMessageFacts(id, facts, trailers, extents);
  }
  void PutExchange(const ExchangeRecord& exchange) override;
  void PutLoss(const LossRecord& loss) override { next_.PutLoss(loss); }
  void Advance(const Marks& marks, TimeNs packet_now) override { next_.Advance(marks, packet_now); }

 private:
  /// A request that claims to be a sentinel, until its exchange is settled.
  struct Claim {
    std::string text;  ///< of the token, until it is judged
    bool sole = true;  ///< the request's only User-Agent
    bool whole = true;
    bool verified = false;
    std::string target;
    crypto::Digest body_digest{};
    SentinelRecord record;
  };

  SentinelVerdict JudgeRequest(Claim& claim, const ExchangeRecord& exchange);
  SentinelVerdict JudgeToken(const SentinelToken& token, const Claim& claim,
                             const ExchangeRecord& exchange);
  void Conclude(ExchangeNumber number, SentinelVerdict verdict);

  const SentinelTrust& trust_;
  NonceStore seen_;
  RecordSink& next_;
  PutSentinel put_;
  std::map<ExchangeNumber, Claim> claims_;
};

/// The User-Agent of a request's head, if it claims to be a sentinel. Borrowed from `head`.
struct SentinelClaim {
  std::string_view token;
  bool sole = true;  ///< there is no other User-Agent, and it is on one line
};
std::optional<SentinelClaim> FindSentinelClaim(std::string_view head);

}  // namespace trafrec::store
