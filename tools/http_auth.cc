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
  TRY_ASSIGN(const std::string secret, send::ReadSecret(file, kAuthVariable));
  return send::AuthorizationOf(kind == "basic"    ? send::CredentialKind::kBasic
                               : kind == "bearer" ? send::CredentialKind::kBearer
                                                  : send::CredentialKind::kApiKey,
                               secret, file.empty() ? kAuthVariable : file);
}

}  // namespace trafrec::tools
