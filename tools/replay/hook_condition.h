#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trafrec::tools {

/// What hooks look at: counts of a run in all its lives.
struct HookState {
  int64_t mutations = 0;
  int64_t operations = 0;
  int64_t exchanges = 0;
  int64_t dead = 0;
  int64_t retries = 0;
  std::optional<int64_t> lag_ns{};  ///< nothing: there is no position yet
  /// Thousandths of a percent of the log that are over. Nothing: nobody can tell.
  std::optional<int64_t> percent{};
};

enum class HookRelation : uint8_t { kReaches, kAtLeast, kAtMost, kBelow, kAbove };

/// "mutations=1e6", "lag<5s", "percent=50".
struct HookCondition {
  int64_t HookState::* counter = nullptr;                 ///< null: a measure
  std::optional<int64_t> HookState::* measure = nullptr;  ///< null: a counter
  HookRelation relation = HookRelation::kReaches;
  int64_t value = 0;  ///< in the unit of the member

  /// A count is looked at some times a second and jumps: `=` holds once it was reached.
  bool Holds(const HookState& state) const;
};

/// A command that is to run once, when its condition first holds.
struct Hook {
  std::string text;  ///< as it was given
  HookCondition condition;
  std::string command;
};

/// "CONDITION: COMMAND". An Error names the text, the place in it, and what may stand there.
Result<Hook> ParseHook(std::string_view text);

}  // namespace trafrec::tools
