#pragma once

#include <string>
#include <vector>

#include "tools/compare/side_by_side.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// Rows of two answers for a terminal: two columns from 100 columns on, else one line under the
/// other, "-" the source's and "+" the target's. Long lines are wrapped.
std::string RowsText(const std::vector<AnswerRow>& rows, size_t width, const Paint& paint);

}  // namespace trafrec::tools
