// What a run leaves out, in words.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tools/replay/replay_report.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using plan::Omission;

struct OmissionWords {
  Omission omission;
  const char* words;
};

constexpr OmissionWords kOmissionWords[] = {
    {Omission::kNotCarriedOut, "that the source did not carry out (429, 503, 5xx)"},
    {Omission::kPhantom, "of which nobody knows whether the source carried them out"},
    {Omission::kOverlay, "that the overlay drops"},
    {Omission::kRule, "that a rule drops"},
    {Omission::kIncomplete,
     "of which the log lacks a part or all (what can be sent goes with --send-incomplete)"},
    {Omission::kSentinel, "that were sentinels and are not echoed"},
    {Omission::kCalibration, "with which a run measured the way to the source"},
    {Omission::kNotHttp, "that leave HTTP (CONNECT, Upgrade)"},
    {Omission::kPassedOver, "that wait for the source's answer, or write what such a one writes"},
};

}  // namespace

std::vector<std::string> OmittedInWords(const plan::PlanCounts& counts, const OmittedIds& ids) {
  std::vector<std::string> lines;
  for (const auto& [omission, what] : kOmissionWords) {
    const uint64_t count = counts.omitted[static_cast<size_t>(omission)];
    if (count == 0) {
      continue;
    }
    std::string& line = lines.emplace_back(fmt::format("{} {}", CountOf(count, "operation"), what));
    if (const auto known = ids.find(omission); known != ids.end() && !known->second.empty()) {
      const std::vector<std::string>& all = known->second;
      const size_t shown = std::min(kIdsShown, all.size());
      line += fmt::format(": {}{}", fmt::join(all.begin(), all.begin() + shown, ", "),
                          all.size() > shown ? ", …" : "");
    }
  }
  return lines;
}

std::string_view WhyOmitted(const std::string& id, const OmittedIds& ids) {
  for (const auto& [omission, what] : kOmissionWords) {
    const auto known = ids.find(omission);
    if (known != ids.end() && std::ranges::find(known->second, id) != known->second.end()) {
      return what;
    }
  }
  return {};
}

}  // namespace trafrec::tools
