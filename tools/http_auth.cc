#include "tools/http_auth.h"

#include "replay/send/credentials.h"
#include "replay/send/secret.h"

namespace trafrec::tools {

Result<std::string> ReadAuthorization(const std::string& kind, const std::string& file) {
  if (kind.empty()) {
    return file.empty()
               ? Result<std::string>("")
               : Fail(ErrorCode::kUsage, "--auth-file needs --auth: what kind of secret it is",
                      "add --auth basic, bearer or api-key");
  }
  const send::SecretPlace place{file, kAuthVariable};
  TRY_ASSIGN(const std::string secret, send::ReadSecret(place));
  return send::AuthorizationOf(kind == "basic"    ? send::CredentialKind::kBasic
                               : kind == "bearer" ? send::CredentialKind::kBearer
                                                  : send::CredentialKind::kApiKey,
                               secret, place.name());
}

}  // namespace trafrec::tools
