#include "replay/edit/target_options.h"

#include <utility>

#include "base/toml/toml_table.h"
#include "replay/edit/head_rules.h"

namespace trafrec::edit {
namespace {

/// KEY_file or KEY_env, without a prefix if `prefix` is "".
SecretPlace ReadSecret(TomlTable& table, const std::string& prefix) {
  return {.file = table.Text(prefix + "file").value_or(""),
          .variable = table.Text(prefix + "env").value_or("")};
}

/// The kinds as the file names them, by CredentialsKind; then the command line's word for one.
const std::vector<std::string> kKinds{"none",    "keep",  "basic",  "bearer",
                                      "api_key", "sigv4", "api-key"};

CredentialsKind KindAt(size_t place) {
  return place < kKinds.size() - 1 ? static_cast<CredentialsKind>(place) : CredentialsKind::kApiKey;
}

Status CheckField(const TomlTable& table, const CredentialsOptions& credentials) {
  if (credentials.field.empty()) {
    return {};
  }
  if (credentials.kind != CredentialsKind::kApiKey) {
    return table.Complain("'field' is for an API key only",
                          "all others stand in Authorization; leave it out");
  }
  const std::string trouble = FieldNameTrouble(credentials.field);
  return trouble.empty() ? Status() : table.Complain(trouble, "as in field = \"X-Api-Key\"");
}

Status CheckSecrets(const TomlTable& table, const CredentialsOptions& credentials) {
  for (const SecretPlace& place : {credentials.secret, credentials.session_token}) {
    if (!place.file.empty() && !place.variable.empty()) {
      return table.Complain("a secret is either in a file or in the environment",
                            "leave one of the two out");
    }
  }
  const bool secret = credentials.secret.given() || credentials.session_token.given();
  if (credentials.kind == CredentialsKind::kKeep) {
    return secret ? table.Complain(
                        "a secret needs another kind than keep, which sends the "
                        "recorded Authorization",
                        "leave the secret out, or say basic, bearer or api_key")
                  : Status();
  }
  if (credentials.kind != CredentialsKind::kSigV4) {
    return credentials.secret.given()
               ? Status()
               : table.Complain("it does not say where the secret is",
                                "file = \"/path\" names a file that holds nothing else, env = "
                                "\"NAME\" a variable of the environment; it cannot stand here "
                                "itself");
  }
  // AWS's own variables hold the id, the key and the token, or the file says where each is.
  if (credentials.user.empty() && secret) {
    return table.Complain("'user' is missing", "it is the id of the access key");
  }
  return credentials.user.empty() || credentials.secret.given()
             ? Status()
             : table.Complain("it does not say where the key is",
                              "file = \"/path\" or env = \"NAME\"; without a user, too, the key "
                              "is taken from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

Status CheckCredentials(const TomlTable& table, const CredentialsOptions& credentials) {
  if (credentials.kind == CredentialsKind::kNone) {
    return {};
  }
  TRY(CheckSecrets(table, credentials));
  TRY(CheckField(table, credentials));
  if (credentials.kind == CredentialsKind::kSigV4 &&
      (credentials.region.empty() || credentials.service.empty())) {
    return table.Complain("'region' and 'service' are missing or empty",
                          "as in region = \"eu-central-1\" and service = \"es\"");
  }
  if (credentials.kind == CredentialsKind::kSigV4 && credentials.service == "s3") {
    return table.ComplainOf("service", "S3 signs paths by a rule of its own, which is not built in",
                            "service = \"es\", \"aoss\" or another one of AWS's other services");
  }
  return {};
}

Result<CredentialsOptions> ReadCredentials(TomlTable table) {
  CredentialsOptions credentials;
  credentials.kind = KindAt(table.Choice("kind", kKinds).value_or(0));
  credentials.user = table.Text("user").value_or("");
  credentials.secret = ReadSecret(table, "");
  credentials.session_token = ReadSecret(table, "session_token_");
  credentials.field = table.Text("field").value_or("");
  credentials.region = table.Text("region").value_or("");
  credentials.service = table.Text("service").value_or("");
  TRY(table.Finish());
  if (!table.Has("kind")) {
    return table.Complain("'kind' is missing", "it is none, keep, basic, bearer, api_key or sigv4");
  }
  TRY(CheckCredentials(table, credentials));
  return credentials;
}

Result<TlsOptions> ReadTls(TomlTable table) {
  TlsOptions tls;
  tls.ca_file = table.Text("ca").value_or("");
  tls.certificate_file = table.Text("certificate").value_or("");
  tls.key_file = table.Text("key").value_or("");
  tls.server_name = table.Text("server_name").value_or("");
  tls.insecure = table.Flag("insecure").value_or(false);
  TRY(table.Finish());
  if (tls.certificate_file.empty() != tls.key_file.empty()) {
    return table.Complain("a client's certificate needs its key, and a key its certificate",
                          "give both 'certificate' and 'key'");
  }
  return tls;
}

}  // namespace

Result<std::vector<TargetOptions>> ReadTargets(TomlTable& root) {
  std::vector<TargetOptions> targets;
  for (auto& [name, table] : root.NamedTables("target")) {
    TargetOptions target{.name = name};
    target.url = table.Text("url").value_or("");
    target.connections = table.Integer("connections", 1);
    for (auto& [field, value] : table.TextPairs("fields")) {
      target.fields.push_back({field, std::move(value)});
    }
    if (auto credentials = table.Table("credentials"); credentials) {
      TRY_ASSIGN(target.credentials, ReadCredentials(std::move(*credentials)));
    }
    if (auto tls = table.Table("tls"); tls) {
      TRY_ASSIGN(target.tls, ReadTls(std::move(*tls)));
    }
    TRY(table.Finish());
    if (target.url.empty()) {
      return table.Complain("'url' is missing", "as in url = \"https://search.example:9200\"");
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace trafrec::edit
