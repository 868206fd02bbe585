#pragma once

#include <cstddef>
#include <string>

#include "replay/compare/answer_sizes.h"
#include "tools/json_object.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// A table of the `top` shapes, all together before them; "" if no answer has a body.
std::string SizeTable(const compare::AnswerSizes& sizes, size_t width, size_t top,
                      const Paint& paint);

/// The member "sizes" of the JSON report.
void AppendSizes(JsonAppender& json, const compare::AnswerSizes& sizes);

}  // namespace trafrec::tools
