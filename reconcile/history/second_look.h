#pragma once

#include "reconcile/history/kept_facts.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Reads a log again whose facts are too many to keep: what the first look left out, which are
/// writes, sights and the writers of texts.
class SecondLook {
 public:
  /// `watch`: the first look's. Both must outlive it.
  SecondLook(const dialect::Dialect& dialect, DocumentWatch& watch, size_t facts_max,
             TimeNs clock_error_ns, History& history)
      : dialect_(dialect),
        clock_error_ns_(clock_error_ns),
        history_(history),
        kept_(watch, facts_max, history) {}

  /// Exchanges come in the same order.
  void Add(const store::StoredExchange& exchange);
  /// At the end of the log.
  void Finish() { kept_.Finish(); }

 private:
  const dialect::Dialect& dialect_;
  const TimeNs clock_error_ns_;
  History& history_;
  KeptFacts kept_;
};

}  // namespace trafrec::reconcile
