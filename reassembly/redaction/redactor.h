#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "reassembly/redaction/head_redactor.h"
#include "reassembly/redaction/json_redactor.h"
#include "store/crypto/key_file.h"

namespace trafrec::reassembly {

/// What is secret, and the key of the tokens that stand for it. Shared by the options of a
/// recording, which are copied.
struct Redaction {
  RedactionRules rules;
  store::crypto::RedactionKey key;
};

/// Takes secrets out of messages before anything of them is kept. Reads no more of a body than that
/// it is JSON: it knows no application. One thread.
class Redactor {
 public:
  explicit Redactor(std::shared_ptr<const Redaction> redaction);

  /// Start line and fields, fields alone, a target, a host: the text itself, or what is stored
  /// instead of it, valid until the next call.
  std::string_view Head(std::string_view text) { return heads_.Head(text); }
  std::string_view Fields(std::string_view text) { return heads_.Fields(text); }
  std::string_view Target(std::string_view text);
  std::string_view Host(std::string_view text);

  /// Must bodies be looked into? Then they come as a whole.
  bool reads_bodies() const { return !redaction_->rules.pointers.empty(); }
  enum class Body : uint8_t {
    kAsSent,     ///< nothing in it is secret
    kReencoded,  ///< it was decoded, or values in it were replaced
    kWithheld,   ///< nobody can say what is secret in it
  };
  /// `head` says how the body is encoded. `body` becomes what is stored; withheld, that is a token.
  Body RedactBody(std::string_view head, std::string& body);
  Body Withhold(std::string& body);
  /// For a body too large to be held: its token is SecretTokens::Text of the hash.
  std::unique_ptr<store::crypto::Hmac> BeginHash() const { return tokens_.Begin(); }

 private:
  const std::shared_ptr<const Redaction> redaction_;
  SecretTokens tokens_;
  HeadRedactor heads_;
  JsonRedactor json_;
  std::string out_;
};

}  // namespace trafrec::reassembly
