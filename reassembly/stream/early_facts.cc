#include "reassembly/stream/early_facts.h"

#include <algorithm>

#include "reassembly/limits.h"

namespace trafrec::reassembly {

void EarlyFacts::AddAck(Flow flow, uint64_t offset, uint32_t acknowledgment, TimeNs at) {
  Add({.at = at, .offset = offset, .acknowledgment = acknowledgment, .flow = flow});
}

void EarlyFacts::AddCopy(Flow flow, uint64_t offset, uint64_t length, TimeNs at, bool conflict) {
  Add({.at = at, .offset = offset, .length = length, .flow = flow, .conflict = conflict});
}

void EarlyFacts::Add(const Fact& fact) {
  if (facts_.size() == limits::kAheadFacts) {
    // Copies that differ flag their message; the others only refine what is known of it.
    const auto refining = std::ranges::find(facts_, false, &Fact::conflict);
    facts_.erase(refining != facts_.end() ? refining : facts_.begin());
  }
  facts_.push_back(fact);
}

void EarlyFacts::Tell(StreamConsumer& consumer) {
  for (const Fact& fact : facts_) {
    if (fact.length == 0) {
      consumer.OnAcknowledged(fact.flow, fact.offset, fact.acknowledgment, fact.at);
    } else {
      consumer.OnCopy(fact.flow, fact.offset, fact.length, fact.at, fact.conflict);
    }
  }
  std::vector<Fact>().swap(facts_);
}

}  // namespace trafrec::reassembly
