#include "tools/redaction_options.h"

#include <algorithm>
#include <filesystem>

#include "reassembly/redaction/redactor.h"
#include "store/crypto/random.h"
#include "tools/console.h"
#include "tools/settings.h"

namespace trafrec::tools {
namespace {

namespace fs = std::filesystem;
using store::crypto::RedactionKey;

bool LiesIn(const fs::path& path, const fs::path& folder) {
  std::error_code ignored;
  const fs::path inner = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
  const fs::path outer = fs::weakly_canonical(fs::absolute(folder, ignored), ignored);
  const auto [rest, unused] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return rest == outer.end();
}

Result<RedactionKey> UsualKey() {
  const fs::path folder = fs::path(DefaultConfigPath()).parent_path();
  Result<RedactionKey> key =
      folder.empty() ? Fail(ErrorCode::kNotFound, "there is no home folder for the redaction key")
                     : store::crypto::ReadOrMakeRedactionKey(folder / "redaction.key");
  std::error_code ignored;
  const bool no_place =
      !key && (key.error().code == ErrorCode::kNotFound || key.error().code == ErrorCode::kIo ||
               (key.error().code == ErrorCode::kPermission &&
                !fs::exists(folder / "redaction.key", ignored)));
  if (!no_place) {
    return key;
  }
  PrintNote(key.error().what +
            "; the key lives as long as this recording, so its tokens equal those of no other "
            "(--redaction-key FILE names a place for it)");
  RedactionKey passing;
  store::crypto::FillRandom(passing.bytes());
  return passing;
}

}  // namespace

void RedactionOptions::AddTo(OptionSet& options) {
  options.Group("Secrets");
  options.List("--redact-header", headers, "NAME",
               "replace the values of this header field, too; repeatable, or separated by commas. "
               "Always replaced are Authorization, Proxy-Authorization, cookies and API keys");
  options.List("--redact-query", queries, "NAME",
               "replace the values of this parameter in targets and in URLs of header fields; "
               "repeatable, or separated by commas");
  options.Texts("--redact-json", pointers, "POINTER",
                "replace this field in JSON and NDJSON bodies (/user/password, /items/*/token, "
                "/**/token at any depth), and withhold bodies that are no JSON; repeatable");
  options.Text("--redaction-key", key, "FILE",
               "key of the tokens that stand for secrets, made if it does not exist; "
               "redaction.key beside the config file if not given");
  options.Flag("--keep-secrets", keep_secrets, "store everything as it was sent");
}

Status RedactionOptions::Check(const std::string& log) const {
  if (keep_secrets && (!headers.empty() || !queries.empty() || !pointers.empty() || !key.empty())) {
    return Fail(ErrorCode::kUsage, "--keep-secrets excludes --redact-… and --redaction-key",
                "leave out --keep-secrets to store tokens instead of secrets");
  }
  if (!key.empty() && LiesIn(key, log)) {
    return Fail(ErrorCode::kUsage, "the redaction key " + key + " would lie in the log",
                "keep it elsewhere: who has the log must not have the key");
  }
  TRY(reassembly::RedactionRules::Make(headers, queries, pointers));
  return {};
}

Result<std::shared_ptr<const reassembly::Redaction>> RedactionOptions::Make() const {
  if (keep_secrets) {
    return nullptr;
  }
  TRY_ASSIGN(reassembly::RedactionRules rules,
             reassembly::RedactionRules::Make(headers, queries, pointers));
  TRY_ASSIGN(RedactionKey bytes,
             key.empty() ? UsualKey() : store::crypto::ReadOrMakeRedactionKey(key));
  return std::make_shared<reassembly::Redaction>(std::move(rules), std::move(bytes));
}

}  // namespace trafrec::tools
