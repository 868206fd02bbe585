#pragma once

#include <optional>

#include "replay/compare/rewritten.h"
#include "replay/compare/rules.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// The source's document with the target's values where a kMap rule has them, or names of members.
/// A value is replaced only if the target has the new one at some place of the rule, and the old
/// one at none; a name if the target's object at the same place has the new one, and not the old
/// one. Nothing: there is none.
std::optional<Rewritten> WithMappedValues(const Rule& rule, const json::Tree& source,
                                          const json::Tree& target);

}  // namespace trafrec::compare
