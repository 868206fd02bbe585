#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/compare/answer_lines.h"

namespace trafrec::tools {

/// What is to be known of a line and the one beside it.
enum class RowMark : uint8_t {
  kAlike,
  kDiffers,  ///< both have something here, and it is not the same
  kSourceOnly,
  kTargetOnly,
  kHidden,   ///< a difference that a rule hides, or a value that is redacted on one side
  kLeftOut,  ///< stands for rows that are alike
};

/// A row of two answers side by side.
struct AnswerRow {
  RowMark mark = RowMark::kAlike;
  std::string source{};  ///< "" where only the target has a line
  std::string target{};
  size_t left_out = 0;  ///< rows that kLeftOut stands for
};

/// "*", "<", ">", "~", " ": for those who see no colours.
const char* SignOf(RowMark mark);

struct RowChoice {
  bool all = false;  ///< else only differences and limits::kNeighbourLines around them
  size_t line_bytes = 0;
};

/// Both answers in rows.
std::vector<AnswerRow> SideBySide(const dialect::AnswerView& source,
                                  const dialect::AnswerView& target,
                                  const std::vector<compare::Difference>& differences,
                                  const RowChoice& choice);

}  // namespace trafrec::tools
