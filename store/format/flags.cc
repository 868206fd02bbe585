#include "store/format/flags.h"

#include <algorithm>
#include <array>

namespace trafrec::store {
namespace {

constexpr std::array kNames = {
    "response_missing",
    "request_truncated",
    "response_truncated",
    "early_response",
    "gap_in_request",
    "gap_in_response",
    "resynchronised",
    "pairing_ambiguous",
    "lenient",
    "mid_stream",
    "evicted",
    "overlap_conflict",
    "upgraded",
    "reencoded",
    "withheld",
    "snaplen_cut",
    "request_missing",
    "body_shed",
    "open",
    "pairing_presumed",
    "wire_unknown",
    "head_rebuilt",
    "body_missing",
    "body_refused",
};

}  // namespace

const char* FlagName(Flag flag) { return kNames.at(static_cast<size_t>(flag)); }

std::vector<std::string> FlagNames(Flags flags) {
  std::vector<std::string> names;
  for (size_t bit = 0; bit < kNames.size(); ++bit) {
    if (HasFlag(flags, static_cast<Flag>(bit))) {
      names.emplace_back(kNames[bit]);
    }
  }
  return names;
}

Result<Flag> FlagOfName(const std::string& name) {
  std::string wanted = name;
  std::ranges::replace(wanted, '-', '_');
  const auto found =
      std::ranges::find_if(kNames, [&](const char* known) { return wanted == known; });
  if (found == kNames.end()) {
    std::string all;
    for (const char* known : kNames) {
      all += (all.empty() ? "" : ", ") + std::string(known);
    }
    return Fail(ErrorCode::kUsage, "there is no flag '" + name + "'", "flags are: " + all);
  }
  return static_cast<Flag>(found - kNames.begin());
}

}  // namespace trafrec::store
