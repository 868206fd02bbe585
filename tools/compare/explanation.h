#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "replay/compare/rules.h"
#include "replay/compare/tally.h"
#include "tools/compare/answer_pairs.h"

namespace trafrec::tools {

/// Whether rules hide all that differs.
bool AllHidden(const compare::Differences& differences, const std::vector<compare::Rule>& rules);

/// One pair of answers: each difference in words, and the rule that hides it.
std::string ExplanationText(const compare::Compared& pair, const std::vector<compare::Rule>& rules,
                            size_t width);

/// The same as one JSON object with its line end (docs/compare.md).
std::string ExplanationJson(const compare::Compared& pair, const std::vector<compare::Rule>& rules);

/// In its place, of a pair that is not compared.
std::string LeftOutJson(const std::string& source, const std::string& result, Uncompared reason);

}  // namespace trafrec::tools
