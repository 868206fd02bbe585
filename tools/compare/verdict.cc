#include "tools/compare/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/units.h"

namespace trafrec::tools {

Verdict VerdictOf(const CompareReport& report) {
  const compare::Tally& tally = report.tally;
  const std::string pairs = CountOf(tally.compared(), "pair of answers", "pairs of answers");
  if (tally.compared() == 0) {
    return {.says = "Nothing could be compared.", .tone = Tone::kYellow};
  }
  const bool fails = std::ranges::any_of(report.conditions, &FailResult::holds);
  const Tone tone = fails                       ? Tone::kRed
                    : tally.differing() == 0    ? Tone::kGreen
                    : report.conditions.empty() ? Tone::kRed
                                                : Tone::kYellow;
  return {.says = tally.differing() == 0
                      ? fmt::format("No difference in {}.", pairs)
                      : fmt::format("{} of {} differ ({}).", WithCommas(tally.differing()), pairs,
                                    Percent(tally.differing(), tally.compared())),
          .tone = tone};
}

}  // namespace trafrec::tools
