#pragma once

#include <unordered_set>

#include "reconcile/model/slot_rules.h"

namespace trafrec::reconcile {

/// Versions that a translog shows and that questions account for: so many of these can have made
/// them as there are. What was lost may have held equal requests, with the same effect. `apart`:
/// also those that only made or deleted the document.
std::unordered_set<const Slot*> AccountedSlots(const History& history, const IndexHistory& index,
                                               const SlotRules& rules, bool apart);

}  // namespace trafrec::reconcile
