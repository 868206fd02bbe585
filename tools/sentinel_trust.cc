#include "tools/sentinel_trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "store/crypto/key_file.h"

namespace trafrec::tools {
namespace {

struct Named {
  std::string file;
  std::optional<std::string> purposes;  ///< separated by commas
};

/// A file's name may have a colon; so what is there as a whole is a file.
Named Split(const std::string& text) {
  std::error_code ignored;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(text, ignored)) {
    return {text, std::nullopt};
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

Result<std::vector<std::string>> ParsePurposes(const std::string& option,
                                               const std::string& purposes) {
  std::vector<std::string> words;
  for (size_t begin = 0; begin <= purposes.size();) {
    const size_t end = std::min(purposes.find(',', begin), purposes.size());
    words.push_back(purposes.substr(begin, end - begin));
    if (!store::IsSentinelPurpose(words.back())) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("--trust-sentinel {}: '{}' is no purpose", option, words.back()),
                  "purposes are backfill-begin, backfill-end, lag, cutover, and x- with a word of "
                  "your own");
    }
    begin = end + 1;
  }
  return words;
}

}  // namespace

Result<store::SentinelTrust> ReadSentinelTrust(const std::string& audience,
                                               const std::vector<std::string>& trusted) {
  if (audience.empty() != trusted.empty()) {
    return Fail(ErrorCode::kUsage,
                audience.empty() ? "--trust-sentinel needs --audience: whom sentinels are meant for"
                                 : "--audience needs --trust-sentinel: whose sentinels count",
                "give both: --audience prod --trust-sentinel migration.key.pub");
  }
  store::SentinelTrust trust;
  trust.audience = audience;
  if (!audience.empty() && !store::IsSentinelAudience(audience)) {
    return Fail(ErrorCode::kUsage, "'" + audience + "' cannot be an audience",
                "use 1 to 63 characters of a-z, 0-9, '.', '_' and '-', the first one a letter or "
                "digit");
  }
  for (const std::string& text : trusted) {
    const Named named = Split(text);
    TRY_ASSIGN(const store::crypto::VerifyKey key, store::crypto::ReadVerifyKey(named.file));
    trust.keys.push_back({key, {}});
    if (named.purposes) {
      TRY_ASSIGN(trust.keys.back().purposes, ParsePurposes(text, *named.purposes));
    }
  }
  return trust;
}

}  // namespace trafrec::tools
