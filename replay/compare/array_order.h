#pragma once

#include <optional>
#include <utility>

#include "replay/compare/rewritten.h"
#include "replay/compare/rules.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// Both documents with the elements of a kSort rule's arrays in one order: those first that both
/// have, as the rules in force see them (without what they ignore, with rounded numbers), or by
/// what the rule names them by. Nothing: they are in one order already, or have no such array.
std::optional<std::pair<Rewritten, Rewritten>> InOneOrder(const RulesHere& rules, const Rule& rule,
                                                          const json::Tree& source,
                                                          const json::Tree& target);

}  // namespace trafrec::compare
