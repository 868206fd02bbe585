#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "replay/compare/rules.h"

namespace trafrec::compare {

/// Rules as a file has them (docs/compare.md is its reference), in its order but for kinds. `name`
/// stands in errors, and in Rule::origin.
Result<std::vector<Rule>> ParseRules(std::string_view text, const std::string& name);

}  // namespace trafrec::compare
