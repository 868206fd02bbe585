#pragma once

#include "reconcile/history/kept_facts.h"
#include "reconcile/history/limits.h"
#include "reconcile/history/understood.h"

namespace trafrec::reconcile {

/// Reads a log again whose facts are too many to keep: what the first look left out, which are
/// writes, sights and the writers of texts.
class SecondLook {
 public:
  /// `watch`: the first look's. `doubtful_max`: with facts of documents in doubt no more. Both must
  /// outlive it.
  SecondLook(DocumentWatch& watch, size_t doubtful_max, History& history)
      : history_(history), kept_(watch, doubtful_max, limits::kFactsInQuestion, history) {}

  /// Exchanges come in the same order, with their texts.
  void Add(Understood& understood);
  /// At the end of the log.
  void Finish() { kept_.Finish(); }

 private:
  History& history_;
  KeptFacts kept_;
};

}  // namespace trafrec::reconcile
