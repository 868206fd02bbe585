#pragma once

#include <set>
#include <string>

#include "base/error.h"
#include "reconcile/boundary/backfill.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Reads of what a backfill holds that began before it had ended. A target that was made of it
/// would answer them as of later, so that a replay of them shows differences that are none. Memory:
/// for the ids of scrolls that they opened.
class EarlyReads {
 public:
  /// Borrows both.
  EarlyReads(const dialect::Dialect& dialect, const Backfill& backfill);

  /// Whether the exchange, which changes nothing, is one of them. To be asked in the log's order.
  Result<bool> Has(store::LogReader& log, const store::ExchangeRow& row);

 private:
  bool Covers(const dialect::Operation& operation, TimeNs at) const;

  const dialect::Dialect& dialect_;
  const Backfill& backfill_;
  TimeNs until_ = 0;                ///< what begins later is none
  std::set<std::string> contexts_;  ///< that an early read opened
};

}  // namespace trafrec::reconcile
