#include "reassembly/stream/early_facts.h"

#include "reassembly/stream/ahead_facts.h"

namespace trafrec::reassembly {

void EarlyFacts::AddAck(Flow flow, uint64_t offset, uint32_t acknowledgment, TimeNs at) {
  AddAhead(facts_,
           Fact{.at = at, .offset = offset, .acknowledgment = acknowledgment, .flow = flow});
}

void EarlyFacts::AddCopy(Flow flow, uint64_t offset, uint64_t length, TimeNs at, bool conflict) {
  AddAhead(facts_,
           Fact{.at = at, .offset = offset, .length = length, .flow = flow, .conflict = conflict});
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
