#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replay/compare/tally.h"

namespace trafrec::compare {

/// Rules that would hide what a group was first found with, the narrowest first: each a piece of a
/// rules file (rules_text.h), for requests of the group's shape, with a comment that says what it
/// hides: `words` are those of the difference. Nothing where a place cannot be written as a
/// pattern.
std::vector<std::string> SuggestedRules(const Group& group, std::string_view words);

}  // namespace trafrec::compare
