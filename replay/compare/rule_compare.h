#pragma once

#include <functional>
#include <string_view>

#include "replay/compare/difference.h"
#include "replay/compare/rules.h"

namespace trafrec::compare {

/// What differs between two JSON texts.
using JsonComparison = std::function<Differences(std::string_view source, std::string_view target)>;

/// What was `found` in two bodies, each difference with the rule that hides it. Rules that make
/// bodies anew (kMap, kSort, kJq, in this order) are asked only where something would be told. What
/// one of them makes counts only if nothing is told of it where nothing was told before, and of
/// kSort only if no more is told; programs are each given what those before them left. What was
/// told before, and is not any more, stays as what this rule hid. Places and values are those of
/// the bodies as they are.
Differences Narrowed(Differences found, std::string_view source, std::string_view target,
                     const RulesHere& rules, const JsonComparison& compare);

}  // namespace trafrec::compare
