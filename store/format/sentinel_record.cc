#include "store/format/sentinel_record.h"

namespace trafrec::store {

const char* SentinelVerdictName(SentinelVerdict verdict) {
  switch (verdict) {
    case SentinelVerdict::kCounted:
      return "counted";
    case SentinelVerdict::kMalformed:
      return "malformed";
    case SentinelVerdict::kOtherVersion:
      return "other_version";
    case SentinelVerdict::kOtherAudience:
      return "other_audience";
    case SentinelVerdict::kUnknownKey:
      return "unknown_key";
    case SentinelVerdict::kUntrustedPurpose:
      return "untrusted_purpose";
    case SentinelVerdict::kRequestIncomplete:
      return "request_incomplete";
    case SentinelVerdict::kBadSignature:
      return "bad_signature";
    case SentinelVerdict::kOutOfTime:
      return "out_of_time";
    case SentinelVerdict::kReplayed:
      return "replayed";
    case SentinelVerdict::kUnanswered:
      return "unanswered";
  }
  return "unknown";
}

}  // namespace trafrec::store
