#pragma once

#include <string>

#include "replay/compare/answer_sizes.h"

namespace trafrec::tools {

/// The section of sizes: both distributions over each other, and percentiles by shape.
std::string SizesSection(const compare::AnswerSizes& sizes);

}  // namespace trafrec::tools
