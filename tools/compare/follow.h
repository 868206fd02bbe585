#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "tools/compare/answer_pairs.h"
#include "tools/compare/parallel_pass.h"
#include "tools/compare/sides.h"

namespace trafrec::tools {

/// Compares a run while it grows.
struct FollowSteps {
  /// Goes through what `find` finds: counts it, and returns when all of it is counted.
  std::function<Status(const ParallelPass::Find& find)> pass;
  /// What is known so far, for a screen.
  std::function<std::string(size_t columns, size_t rows)> page;
  /// The same in a line.
  std::function<std::string()> line;
  bool screen = false;  ///< shows pages on the terminal; else lines on standard error
};

/// Until the run has ended, or somebody ends it (Ctrl-C; q on a screen). Then AnswerPairs::Finish
/// was called.
Status FollowRun(const Sides& sides, AnswerPairs& pairs, const FollowSteps& steps);

}  // namespace trafrec::tools
