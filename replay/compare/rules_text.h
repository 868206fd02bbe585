#pragma once

#include <string>
#include <string_view>

#include "replay/compare/rules.h"

namespace trafrec::compare {

/// A rule as a rules file has it, ready to be appended to one: ParseRules reads it back. `when` is
/// what stands in its braces, as in `shape = "GET /a"`; the rule's own is compiled, and not
/// written. `comment` is one line.
std::string RuleText(const Rule& rule, std::string_view comment = {}, std::string_view when = {});

/// A text as TOML has it.
std::string InQuotes(std::string_view text);

}  // namespace trafrec::compare
