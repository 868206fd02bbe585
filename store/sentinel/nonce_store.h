#pragma once

#include <set>
#include <utility>

#include "base/time.h"
#include "store/sentinel/sentinel_token.h"

namespace trafrec::store {

/// The nonces of sentinels that this recorder has verified, so that a replayed one does not count
/// again. What is forgotten is never taken for new: every token sent at or before the newest one
/// that was forgotten is refused, whatever the clocks do. Bounded by limits::kNoncesMax.
class NonceStore {
 public:
  enum class Finding : uint8_t {
    kNew,
    kSeen,
    kForgotten,  ///< so old that it may have been seen
  };

  /// Remembers the nonce of a verified token that passed at packet time `now`.
  Finding Add(TimeNs sent_at, const SentinelNonce& nonce, TimeNs now);

  /// One that an earlier attempt of this recorder verified, as the log has it.
  void AddEarlier(TimeNs sent_at, const SentinelNonce& nonce);
  /// Whatever was sent by then may have been seen and is not known any more.
  void ForgetThrough(TimeNs sent_at);

  size_t size() const { return seen_.size(); }

 private:
  void ForgetOldest();

  std::set<std::pair<TimeNs, SentinelNonce>> seen_;
  TimeNs newest_packet_ = INT64_MIN;
  TimeNs forgotten_through_ = INT64_MIN;
};

}  // namespace trafrec::store
