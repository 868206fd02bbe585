#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace trafrec::tools {

/// What `trafrec compare` is to do, by the words behind its name.
struct CompareWords {
  enum class Action : uint8_t { kCompare, kExplain, kRules };

  Action action = Action::kCompare;
  std::string log{};
  std::string run{};
  std::string id{};                  ///< of explain
  std::vector<std::string> names{};  ///< of rules
};

/// "LOG RUN", "explain LOG RUN ID" or "rules [NAME]". kUsage if one is missing or one too many. A
/// folder that has the name of an action is written ./explain.
Result<CompareWords> ReadCompareWords(const std::vector<std::string>& words);

}  // namespace trafrec::tools
