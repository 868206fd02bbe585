#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trafrec::tools {

struct CompareReport;

/// When a comparison fails, as `--fail-if` has it: "status > 0.1%". docs/compare.md has the
/// grammar.
struct FailCondition {
  enum class Bound : uint8_t {
    kCount,   ///< so many
    kShare,   ///< so many of all, in percent
    kMore,    ///< by so many percent more than at the source: "+20%"
    kAmount,  ///< so much at the target: nanoseconds, bytes
    kAbove,   ///< by so much more than at the source: "+50ms", "+4KiB"
  };

  std::string text{};      ///< as it was given
  std::string quantity{};  ///< "status", "latency.p99"
  std::string shape{};     ///< only requests of this shape; "": all
  Bound bound = Bound::kCount;
  double value = 0;
};

/// The Error names the place and what may stand there.
Result<FailCondition> ParseFailCondition(std::string_view text);

/// What became of one.
struct FailResult {
  std::string text{};
  bool holds = false;
  std::string says{};  ///< "68 of 953 pairs of answers (7.1%)"
};

/// kNotFound if nobody asked for the shape: a condition that cannot hold guards nothing.
Result<FailResult> Judge(const FailCondition& condition, const CompareReport& report);

}  // namespace trafrec::tools
