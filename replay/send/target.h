#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "replay/message/http_message.h"

// Where requests go, and as whom: what a user says about a target.

namespace trafrec::send {

struct Tls {
  std::string ca_file{};  ///< certificates that the target's must lead to; "": the system's
  std::string certificate_file{};  ///< of the client, for targets that ask for one (PEM)
  std::string certificate_key_file{};
  std::string server_name{};  ///< in the certificate and in SNI; "": the URL's host
  bool insecure = false;      ///< take any certificate
};

enum class CredentialKind : uint8_t {
  kDrop,    ///< none; a recorded Authorization is not sent
  kKeep,    ///< the recorded Authorization is sent as it is
  kBasic,   ///< the secret is the password of `user`, or user:password if that is ""
  kBearer,  ///< a token
  kApiKey,  ///< as Elasticsearch gives it, encoded or id:key; in another field it is sent as it is
  kSigV4,   ///< AWS: the secret is the key whose id is `user`
};

/// The first line of a file, which must be its owner's only, or else the value of a variable of the
/// environment.
struct SecretPlace {
  std::string file{};
  std::string variable{};

  bool given() const { return !file.empty() || !variable.empty(); }
  /// For messages.
  const std::string& name() const { return file.empty() ? variable : file; }
};

/// As whom. Where secrets are, never the secrets.
struct Credentials {
  CredentialKind kind = CredentialKind::kDrop;
  std::string user{};
  SecretPlace secret{};         ///< for kSigV4 without a user: AWS's own variables, all three
  SecretPlace session_token{};  ///< kSigV4, of temporary keys
  std::string field{};          ///< kApiKey: "" stands for Authorization
  std::string region{};         ///< kSigV4
  std::string service = "es";   ///< kSigV4: or "aoss"
};

struct Target {
  std::string name;
  std::string url;  ///< http or https; a path is put before that of every request
  Credentials credentials{};
  Tls tls{};
  /// Set on every request, in the place of the recorded ones of that name. A Host given here is
  /// sent instead of the URL's.
  std::vector<message::Field> fields{};
  size_t connections_max = 64;
  int64_t connect_timeout_ms = 10'000;  ///< of name, TCP and TLS together
  int64_t answer_timeout_ms = 60'000;   ///< from the first byte written to the answer's last one
};

}  // namespace trafrec::send
