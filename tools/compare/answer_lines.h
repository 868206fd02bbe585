#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "replay/compare/difference.h"
#include "replay/dialect/request.h"

namespace trafrec::tools {

/// Which of the two answers of a pair.
enum class AnswerSide : uint8_t { kSource, kTarget };

/// A line of an answer as it is laid out for the eye.
struct AnswerLine {
  std::string text{};  ///< recorded bytes, not yet safe for a terminal
  std::string key{};   ///< lines of two answers that belong side by side have equal ones
  std::optional<size_t> difference{};  ///< the one that is here, by its number
  /// The list of hits, buckets or options that it is in, if these are others or stand in another
  /// order: where only one side has the line, it is by that difference.
  std::optional<size_t> list{};
};

/// Status, fields and body of an answer, a line each. JSON is indented, its members in the order of
/// their names, so that two answers can be laid side by side; values stay as they are written. A
/// line is cut to `line_bytes`.
std::vector<AnswerLine> LinesOf(const dialect::AnswerView& answer,
                                const std::vector<compare::Difference>& differences,
                                AnswerSide side, size_t line_bytes);

}  // namespace trafrec::tools
