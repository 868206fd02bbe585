#include "tests/reconcile/verdict/condensed.h"

#include <cstdlib>

#include "reconcile/history/kept_facts.h"

namespace trafrec::reconcile {

uint64_t Histories() {
  const char* asked = std::getenv("TRAFREC_HISTORIES");
  return asked == nullptr ? 400 : std::strtoull(asked, nullptr, 10);
}

History Condensed(const History& whole, size_t facts_max) {
  return Condensed(whole, facts_max, facts_max);
}

History Condensed(const History& whole, size_t doubtful_max, size_t facts_max) {
  DocumentWatch watch;
  const bool made_in_log = !whole.events.empty();
  for (const Write& write : whole.writes) {
    watch.Note(write, made_in_log);
  }
  for (const Sight& sight : whole.sights) {
    watch.Note(sight, made_in_log);
  }
  History history = whole;
  history.long_log = true;
  history.writes.clear();
  history.sights.clear();
  KeptFacts kept(watch, doubtful_max, facts_max, history);
  for (const Write& write : whole.writes) {
    kept.Add(write);
  }
  for (const Sight& sight : whole.sights) {
    kept.Add(sight);
  }
  kept.Finish();
  return history;
}

}  // namespace trafrec::reconcile
