#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "replay/compare/rules.h"
#include "replay/compare/tally.h"
#include "replay/dialect/request.h"
#include "tools/compare/answer_pairs.h"
#include "tools/terminal.h"

namespace trafrec::tools {

struct ExplanationStyle {
  size_t width = 80;
  Paint paint{false};
  bool all = false;  ///< of both answers, not only what is near to a difference
};

/// One pair of answers: each difference in words, and the rule that hides it; then both answers
/// side by side, or one under the other where the terminal is narrow.
std::string ExplanationText(const compare::Compared& pair, const dialect::AnswerView& source,
                            const dialect::AnswerView& target,
                            const std::vector<compare::Rule>& rules, const ExplanationStyle& style);

/// What was found as one JSON object with its line end (docs/compare.md).
std::string ExplanationJson(const compare::Compared& pair, const std::vector<compare::Rule>& rules);

/// In its place, of a pair that is not compared.
std::string LeftOutJson(const std::string& source, const std::string& result, Uncompared reason);

}  // namespace trafrec::tools
