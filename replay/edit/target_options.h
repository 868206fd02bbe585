#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "replay/message/http_message.h"

// Targets as the file of edits names them; whoever sends makes its own of these. Secrets are not in
// them, only where they are: a file, or a variable of the environment.

namespace trafrec {
class TomlTable;
}

namespace trafrec::edit {

struct SecretPlace {
  std::string file;
  std::string variable;

  bool given() const { return !file.empty() || !variable.empty(); }
};

enum class CredentialsKind : uint8_t { kNone, kKeep, kBasic, kBearer, kApiKey, kSigV4 };

struct CredentialsOptions {
  CredentialsKind kind = CredentialsKind::kNone;
  std::string user;           ///< basic: the name; sigv4: the key's id. "": the secret has both
  SecretPlace secret;         ///< the password, token or key
  SecretPlace session_token;  ///< sigv4, for temporary credentials
  std::string field;          ///< api_key: the field that it is sent in; "": Authorization
  std::string region;         ///< sigv4
  std::string service;        ///< sigv4: "es", "aoss"
};

struct TlsOptions {
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  std::string server_name;
  bool insecure = false;
};

struct TargetOptions {
  std::string name;
  std::string url{};
  CredentialsOptions credentials{};
  TlsOptions tls{};
  std::vector<message::Field> fields{};  ///< set on each request
  std::optional<int64_t> connections{};
};

/// The name of the one target that --to makes.
inline constexpr std::string_view kOnlyTarget = "default";

/// [target.NAME] of a file: all of them. What is wrong with them is told by the root's Finish, or
/// at once.
Result<std::vector<TargetOptions>> ReadTargets(TomlTable& root);

}  // namespace trafrec::edit
