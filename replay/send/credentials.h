#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "replay/message/http_message.h"
#include "replay/send/request_head.h"
#include "replay/send/sigv4.h"
#include "replay/send/target.h"

namespace trafrec::send {

/// The value of an Authorization field. `kind` is kBasic, kBearer or kApiKey; `where` the secret is
/// from, for messages.
Result<std::string> AuthorizationOf(CredentialKind kind, const std::string& secret,
                                    const std::string& where);

/// Names of the fields that each request to the target is given, whatever was recorded.
std::vector<std::string> GivenFields(const Target& target);

/// A target's credentials, loaded. Holds the secret; nothing of it shows it.
class Authorizer {
 public:
  static Result<Authorizer> Load(const Credentials& credentials);

  /// What is the same for all requests.
  void AddTo(HeadRules& rules) const;
  /// Whether Sign makes anything.
  bool signs() const { return kind_ == CredentialKind::kSigV4; }
  /// Overwrites the secret where an answer repeats it, as a service that shows requests does: of
  /// its bytes '*' are left. Within a content coding it is not looked for. A short one (limits.h)
  /// is one with its scheme's name only: by itself it may be a word.
  void HideIn(message::Answer& answer) const;
  /// What must be made for each: SigV4's fields. Nothing for other kinds.
  void Sign(const message::Request& request, const HeadRules& rules, TimeNs now,
            std::vector<SetField>& signature) const;

 private:
  void NoteSecrets();

  CredentialKind kind_ = CredentialKind::kDrop;
  SetField field_;
  AwsKeys keys_;
  AwsScope scope_;
  std::vector<std::string> secrets_;  ///< what no answer that is kept may repeat
};

}  // namespace trafrec::send
