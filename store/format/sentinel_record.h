#pragma once

#include <cstdint>
#include <string>

#include "store/format/records.h"

namespace trafrec::store {

/// What the recorder made of a request that claimed to be a sentinel. The numbers are frozen: they
/// are in the log.
enum class SentinelVerdict : uint8_t {
  kCounted = 0,            ///< a watermark
  kMalformed = 1,          ///< the token is not in its form; `detail` says where
  kOtherVersion = 2,       ///< a token of a version that this recorder does not know
  kOtherAudience = 3,      ///< meant for another recorder's audience
  kUnknownKey = 4,         ///< signed with a key that is not trusted
  kUntrustedPurpose = 5,   ///< the key is not trusted for this purpose
  kRequestIncomplete = 6,  ///< not all of the request was captured, so it cannot be verified
  kBadSignature = 7,       ///< forged, or the request was altered
  kOutOfTime = 8,          ///< more than a minute from the time at which it passed
  kReplayed = 9,           ///< its nonce was seen before
  kUnanswered = 10,        ///< no whole answer, or not one of 2xx
};

/// "bad_signature". Stable.
const char* SentinelVerdictName(SentinelVerdict verdict);

/// A sentinel, counted or not. The token's fields are empty where it could not be read.
struct SentinelRecord {
  ExchangeNumber exchange = 0;
  SentinelVerdict verdict = SentinelVerdict::kMalformed;
  TimeNs at = 0;  ///< first byte of the request, packet time
  std::string key_id{};
  std::string audience{};
  TimeNs sent_at = 0;   ///< by the sender's clock
  std::string nonce{};  ///< in hex
  std::string purpose{};
  std::string detail{};  ///< of a malformed one: which field

  bool operator==(const SentinelRecord&) const = default;
};

}  // namespace trafrec::store
