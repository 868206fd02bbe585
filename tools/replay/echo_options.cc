#include "tools/replay/echo_options.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "replay/send/url.h"
#include "store/crypto/key_file.h"
#include "store/files/files.h"
#include "store/sentinel/sentinel_token.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

namespace crypto = store::crypto;

/// Of the run's own key, in its folder. Its public file stands beside it.
constexpr const char* kRunKey = "echo.key";

/// The secret file comes last and whole under its name: what stands there without it was left by a
/// run that was killed over it.
Result<crypto::SigningKey> KeyOfRun(const std::filesystem::path& run) {
  const std::filesystem::path path = run / kRunKey;
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return crypto::ReadSigningKey(path);
  }
  const std::filesystem::path draft = path.string() + ".new";
  for (const auto& left : {crypto::PublicPathOf(path), draft, crypto::PublicPathOf(draft)}) {
    TRY(store::RemoveFile(left));
  }
  crypto::SigningKey key = crypto::SigningKey::Generate();
  TRY(crypto::WriteKeyFiles(draft, key));
  std::filesystem::rename(crypto::PublicPathOf(draft), crypto::PublicPathOf(path), error);
  if (!error) {
    std::filesystem::rename(draft, path, error);
  }
  if (error) {
    return FailErrno(error.value(), "cannot make the key file " + path.string());
  }
  return key;
}

}  // namespace

void EchoOptions::AddTo(OptionSet& options) {
  options.Group("Sentinels");
  options.Flag("--no-echo", off, "leave out the source's sentinels; nothing measures the lag then");
  options.Text("--echo-key", key, "FILE",
               "the secret key that signs echoes, as keygen makes it; one of the run's own, "
               "RUN/echo.key, if not given");
  options.Text("--echo-audience", audience, "NAME",
               "whom echoes are meant for: the --audience of recorders at the target; that of each "
               "sentinel if not given");
  options.List("--trust-sentinel", trusted, "FILE",
               "echo only sentinels that this public key signed; every one if not given");
  options.Text("--clock-offset", clock_offset, "DURATION",
               "the recorder's clock is so far ahead of this machine's; -DURATION: behind it");
}

Status EchoOptions::Check() const {
  if (off && (!key.empty() || !audience.empty() || !trusted.empty() || !clock_offset.empty())) {
    return Fail(ErrorCode::kUsage, "--no-echo leaves nothing to say of echoes",
                "leave out --echo-key, --echo-audience, --trust-sentinel and --clock-offset");
  }
  if (!audience.empty() && !store::IsSentinelAudience(audience)) {
    return Fail(ErrorCode::kUsage, "--echo-audience: '" + audience + "' cannot be an audience",
                "1 to 63 characters of a-z, 0-9, '.', '_' and '-'");
  }
  TRY(ClockOffsetNs());
  if (!key.empty()) {
    TRY(crypto::ReadSigningKey(key));  // before a run is begun that could not go on
  }
  return {};
}

Result<std::optional<plan::EchoRules>> EchoOptions::Rules() const {
  if (off) {
    return std::nullopt;
  }
  plan::EchoRules rules;
  for (const std::string& file : trusted) {
    TRY_ASSIGN(const crypto::VerifyKey one, crypto::ReadVerifyKey(file));
    rules.trusted.push_back(one);
  }
  return std::optional(std::move(rules));
}

Result<std::optional<replay::EchoSigner>> EchoOptions::Signer(
    const std::filesystem::path& run, const std::vector<send::Target>& targets) const {
  if (off) {
    return std::nullopt;
  }
  std::vector<std::string> paths;
  for (const send::Target& target : targets) {
    TRY_ASSIGN(send::Url url, send::ParseUrl(target.url));
    paths.push_back(std::move(url.path));
  }
  TRY_ASSIGN(crypto::SigningKey signing, key.empty() ? KeyOfRun(run) : crypto::ReadSigningKey(key));
  return std::optional<replay::EchoSigner>(std::in_place, std::move(signing), audience,
                                           std::move(paths));
}

Result<int64_t> EchoOptions::ClockOffsetNs() const {
  if (clock_offset.empty()) {
    return 0;
  }
  const bool behind = clock_offset.starts_with('-');
  TRY_ASSIGN(const int64_t ms,
             Named("--clock-offset", ParseDurationMs(clock_offset.substr(behind ? 1 : 0))));
  return (behind ? -ms : ms) * kNsPerMs;
}

Result<std::string> EchoOptions::Fact() const {
  TRY_ASSIGN(const std::optional<plan::EchoRules> rules, Rules());
  if (!rules) {
    return std::string("no");
  }
  std::string fact = "yes";
  for (const crypto::VerifyKey& trusts : rules->trusted) {
    fact += (fact == "yes" ? " of " : ",") + trusts.id();
  }
  return fact;
}

}  // namespace trafrec::tools
