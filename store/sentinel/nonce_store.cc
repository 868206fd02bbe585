#include "store/sentinel/nonce_store.h"

#include <algorithm>

#include "store/limits.h"

namespace trafrec::store {

NonceStore::Finding NonceStore::Add(TimeNs sent_at, const SentinelNonce& nonce, TimeNs now) {
  newest_packet_ = std::max(newest_packet_, now);
  while (!seen_.empty() && seen_.begin()->first < newest_packet_ - 2 * limits::kSentinelWindowNs) {
    ForgetOldest();
  }
  if (seen_.contains({sent_at, nonce})) {
    return Finding::kSeen;
  }
  if (sent_at <= forgotten_through_) {
    return Finding::kForgotten;
  }
  AddEarlier(sent_at, nonce);
  return Finding::kNew;
}

void NonceStore::AddEarlier(TimeNs sent_at, const SentinelNonce& nonce) {
  seen_.emplace(sent_at, nonce);
  if (seen_.size() > limits::kNoncesMax) {
    ForgetOldest();
  }
}

void NonceStore::ForgetThrough(TimeNs sent_at) {
  forgotten_through_ = std::max(forgotten_through_, sent_at);
}

void NonceStore::ForgetOldest() {
  ForgetThrough(seen_.begin()->first);
  seen_.erase(seen_.begin());
}

}  // namespace trafrec::store
