#pragma once

#include <algorithm>
#include <vector>

#include "reassembly/limits.h"

namespace trafrec::reassembly {

/// Puts a fact behind those that wait for their bytes, which are limits::kAheadFacts at most.
/// Copies that differ (`conflict`) flag their message; the others only refine what is known of it,
/// and are forgotten first.
template <typename Fact>
void AddAhead(std::vector<Fact>& facts, const Fact& fact) {
  if (facts.size() == limits::kAheadFacts) {
    const auto refining = std::ranges::find(facts, false, &Fact::conflict);
    facts.erase(refining != facts.end() ? refining : facts.begin());
  }
  facts.push_back(fact);
}

}  // namespace trafrec::reassembly
