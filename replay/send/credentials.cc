#include "replay/send/credentials.h"

#include <cstdlib>
#include <utility>

#include "base/bytes.h"
#include "replay/send/limits.h"
#include "replay/send/secret.h"
#include "store/crypto/encoding.h"

namespace trafrec::send {
namespace {

constexpr const char* kAuthorization = "Authorization";
constexpr const char* kAwsDate = "X-Amz-Date";
constexpr const char* kAwsHash = "X-Amz-Content-Sha256";
constexpr const char* kAwsToken = "X-Amz-Security-Token";

std::string InBase64(const std::string& text) {
  return store::crypto::ToBase64(AsBytes(text), store::crypto::Base64::kPadded);
}

std::string Environment(const char* variable) {
  const char* const value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

Result<AwsKeys> ReadAwsKeys(const Credentials& credentials) {
  if (credentials.user.empty()) {
    AwsKeys keys{Environment("AWS_ACCESS_KEY_ID"), Environment("AWS_SECRET_ACCESS_KEY"),
                 Environment("AWS_SESSION_TOKEN")};
    if (keys.access_key_id.empty() || keys.secret_access_key.empty()) {
      return Fail(ErrorCode::kUsage, "there is no key to sign with",
                  "name the key's id as user, and where the key is, or set AWS_ACCESS_KEY_ID and "
                  "AWS_SECRET_ACCESS_KEY");
    }
    return keys;
  }
  AwsKeys keys{credentials.user, {}, {}};
  TRY_ASSIGN(keys.secret_access_key, ReadSecret(credentials.secret));
  if (credentials.session_token.given()) {
    TRY_ASSIGN(keys.session_token, ReadSecret(credentials.session_token));
  }
  return keys;
}

/// The field that says who we are.
Result<SetField> LoadField(const Credentials& credentials) {
  if (!credentials.secret.given()) {
    return Fail(ErrorCode::kUsage, "the credentials have no secret",
                "name a file whose first line it is, or a variable that holds it");
  }
  TRY_ASSIGN(std::string secret, ReadSecret(credentials.secret));
  if (credentials.kind == CredentialKind::kApiKey && !credentials.field.empty()) {
    return SetField{credentials.field, std::move(secret), true};
  }
  if (credentials.kind == CredentialKind::kBasic && !credentials.user.empty()) {
    secret = credentials.user + ':' + secret;
  }
  TRY_ASSIGN(std::string value,
             AuthorizationOf(credentials.kind, secret, credentials.secret.name()));
  return SetField{kAuthorization, std::move(value), true};
}

void Overwrite(std::string& text, std::string_view secret) {
  for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), secret.size(), '*');
  }
}

}  // namespace

Result<std::string> AuthorizationOf(CredentialKind kind, const std::string& secret,
                                    const std::string& where) {
  const bool pair = secret.find(':') != std::string::npos;
  if (kind == CredentialKind::kBasic) {
    return pair ? Result<std::string>("Basic " + InBase64(secret))
                : Fail(ErrorCode::kUsage, "the secret in " + where + " is no user:password",
                       "it is one line: the user's name, a colon, and the password");
  }
  return kind == CredentialKind::kBearer ? "Bearer " + secret
                                         : "ApiKey " + (pair ? InBase64(secret) : secret);
}

std::vector<std::string> GivenFields(const Target& target) {
  std::vector<std::string> names;
  for (const message::Field& field : target.fields) {
    names.push_back(field.name);
  }
  const CredentialKind kind = target.credentials.kind;
  if (kind == CredentialKind::kApiKey && !target.credentials.field.empty()) {
    names.push_back(target.credentials.field);
  } else if (kind != CredentialKind::kDrop && kind != CredentialKind::kKeep) {
    names.emplace_back(kAuthorization);
  }
  return names;
}

Result<Authorizer> Authorizer::Load(const Credentials& credentials) {
  Authorizer made;
  made.kind_ = credentials.kind;
  if (credentials.kind == CredentialKind::kDrop || credentials.kind == CredentialKind::kKeep) {
    return made;
  }
  if (credentials.kind != CredentialKind::kSigV4) {
    TRY_ASSIGN(made.field_, LoadField(credentials));
    made.NoteSecrets();
    return made;
  }
  if (credentials.region.empty() || credentials.service.empty()) {
    return Fail(ErrorCode::kUsage, "signatures of AWS need a region and a service",
                "as in region \"eu-central-1\" and service \"es\" or \"aoss\"");
  }
  TRY_ASSIGN(made.keys_, ReadAwsKeys(credentials));
  made.scope_ = {credentials.region, credentials.service};
  made.NoteSecrets();
  return made;
}

void Authorizer::AddTo(HeadRules& rules) const {
  if (kind_ == CredentialKind::kKeep) {
    return;
  }
  if (!field_.name.empty()) {
    rules.set.push_back(field_);
  }
  if (!message::SameName(field_.name, kAuthorization) && kind_ != CredentialKind::kSigV4) {
    rules.drop.emplace_back(kAuthorization);
  }
  if (kind_ == CredentialKind::kSigV4 && keys_.session_token.empty()) {
    rules.drop.emplace_back(kAwsToken);
  }
}

void Authorizer::NoteSecrets() {
  const std::string& value = field_.value;
  const size_t blank = value.find(' ');
  if (blank != std::string::npos) {
    secrets_.push_back(value);  // behind its scheme's name even a short one is no word
  }
  for (const std::string& secret : {value.substr(blank + 1), keys_.session_token}) {
    if (secret.size() >= limits::kSecretBytes) {
      secrets_.push_back(secret);
    }
  }
}

void Authorizer::HideIn(message::Answer& answer) const {
  for (const std::string& secret : secrets_) {
    Overwrite(answer.head, secret);
    Overwrite(answer.body, secret);
    Overwrite(answer.trailers, secret);
    for (message::Field& field : answer.fields) {
      Overwrite(field.value, secret);
    }
  }
}

void Authorizer::Sign(const message::Request& request, const HeadRules& rules, TimeNs now,
                      std::vector<SetField>& signature) const {
  signature.clear();
  if (kind_ != CredentialKind::kSigV4) {
    return;
  }
  const std::string hash = PayloadHash(request.body);
  const std::string target = TargetOf(request.target, rules.path);
  AwsRequest to_sign{
      request.method,
      target,
      {{"Host", std::string(HostOf(request, rules))}, {kAwsDate, AwsTime(now)}, {kAwsHash, hash}},
      hash};
  if (!keys_.session_token.empty()) {
    to_sign.fields.push_back({kAwsToken, keys_.session_token});
    signature.push_back({kAwsToken, keys_.session_token, true});
  }
  signature.push_back({kAwsDate, AwsTime(now)});
  signature.push_back({kAwsHash, hash});
  signature.push_back({kAuthorization, SignV4(to_sign, keys_, scope_, now), true});
}

}  // namespace trafrec::send
