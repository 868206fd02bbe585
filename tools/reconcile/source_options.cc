#include "tools/reconcile/source_options.h"

#include "tools/http_auth.h"

namespace trafrec::tools {

void SourceOptions::AddTo(OptionSet& options) {
  options.Text("--source", url_, "URL",
               "ask the live source, with few requests: http://host:9200. The sooner after the "
               "recording, the more it still knows");
  options.Choice("--auth", auth_, "basic|bearer|api-key", "how to log in there");
  options.Text("--auth-file", auth_file_, "FILE", kAuthFileMeaning);
  options.Text("--ca", ca_, "FILE", "certificates that the source's must lead to (PEM)");
  options.Text("--cert", certificate_, "FILE", "certificate of the client (PEM)");
  options.Text("--cert-key", certificate_key_, "FILE", "its key (PEM)");
  options.Flag("--insecure", insecure_, "take any certificate of the source");
}

Status SourceOptions::Check() const {
  if (!auth_file_.empty() && auth_.empty()) {
    return Fail(ErrorCode::kUsage, "--auth-file needs --auth: what kind of secret it is",
                "add --auth basic, bearer or api-key");
  }
  const bool access = !auth_.empty() || !ca_.empty() || !certificate_.empty() || insecure_;
  if (url_.empty() && access) {
    return Fail(ErrorCode::kUsage, "--auth, --ca, --cert and --insecure are for --source",
                "add --source URL");
  }
  return {};
}

send::Target SourceOptions::Target() const {
  send::Target target{.name = "source", .url = url_};
  target.credentials.kind = auth_ == "basic"     ? send::CredentialKind::kBasic
                            : auth_ == "bearer"  ? send::CredentialKind::kBearer
                            : auth_ == "api-key" ? send::CredentialKind::kApiKey
                                                 : send::CredentialKind::kDrop;
  target.credentials.secret = {.file = auth_file_, .variable = kAuthVariable};
  target.tls = {.ca_file = ca_,
                .certificate_file = certificate_,
                .certificate_key_file = certificate_key_,
                .server_name = {},
                .insecure = insecure_};
  return target;
}

}  // namespace trafrec::tools
