#pragma once

#include <string>
#include <string_view>

#include "replay/compare/rules.h"

namespace trafrec::compare {

/// A rule as a rules file has it, ready to be appended to one: ParseRules reads it back. `shape` is
/// that of the requests that it is for, "" of all; other conditions are not written. `comment` is
/// one line.
std::string RuleText(const Rule& rule, std::string_view comment = {}, std::string_view shape = {});

}  // namespace trafrec::compare
