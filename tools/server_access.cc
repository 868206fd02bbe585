#include "tools/server_access.h"

#include "tools/http_auth.h"

namespace trafrec::tools {

void ServerAccess::AddTo(OptionSet& options, const char* kinds, const std::string& auth,
                         const std::string& server) {
  options.Choice("--auth", auth_, kinds, auth);
  options.Text("--auth-file", auth_file_, "FILE", kAuthFileMeaning);
  options.Text("--ca", ca_, "FILE", "certificates that the " + server + "'s must lead to (PEM)");
  options.Text("--cert", certificate_, "FILE", "certificate of the client (PEM)");
  options.Text("--cert-key", certificate_key_, "FILE", "its key (PEM)");
  options.Flag("--insecure", insecure_, "take any certificate of the " + server);
}

Status ServerAccess::Check() const {
  if (!auth_file_.empty() && (auth_.empty() || auth_ == "keep")) {
    return Fail(ErrorCode::kUsage, "--auth-file needs --auth: what kind of secret it is",
                "add --auth basic, bearer or api-key");
  }
  return {};
}

bool ServerAccess::given() const {
  return !auth_.empty() || !auth_file_.empty() || !ca_.empty() || !certificate_.empty() ||
         !certificate_key_.empty() || insecure_;
}

void ServerAccess::Apply(send::Target& target) const {
  target.credentials.kind = auth_ == "basic"     ? send::CredentialKind::kBasic
                            : auth_ == "bearer"  ? send::CredentialKind::kBearer
                            : auth_ == "api-key" ? send::CredentialKind::kApiKey
                            : auth_ == "keep"    ? send::CredentialKind::kKeep
                                                 : send::CredentialKind::kDrop;
  target.credentials.secret = {.file = auth_file_, .variable = kAuthVariable};
  target.tls = {.ca_file = ca_,
                .certificate_file = certificate_,
                .certificate_key_file = certificate_key_,
                .server_name = {},
                .insecure = insecure_};
}

}  // namespace trafrec::tools
