#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "replay/message/http_message.h"
#include "replay/plan/mark.h"
#include "store/crypto/signing.h"
#include "store/sentinel/sentinel_token.h"

namespace trafrec::replay {

/// What the purpose of an echo begins with; the nonce of the sentinel that it answers follows.
inline constexpr std::string_view kEchoPurpose = "echo-";

/// Makes the run's own sentinels.
class EchoSigner {
 public:
  /// `audience`: "" for that of each sentinel. `paths`: of the targets, before every request's own.
  EchoSigner(store::crypto::SigningKey key, std::string audience, std::vector<std::string> paths)
      : key_(std::move(key)), audience_(std::move(audience)), paths_(std::move(paths)) {}

  /// Gives the request a token of its own in place of the source's. Call it last, on what is about
  /// to be sent to that target: method, target and body are signed.
  store::SentinelToken Sign(const plan::Mark& mark, size_t target, TimeNs now,
                            message::Request& request) const;

 private:
  store::crypto::SigningKey key_;
  std::string audience_;
  std::vector<std::string> paths_;
};

}  // namespace trafrec::replay
