#pragma once

#include "replay/compare/difference.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// The members of a difference, into an object that is open: both places, both values, and words.
void AppendDifference(JsonAppender& json, const compare::Difference& difference);

}  // namespace trafrec::tools
