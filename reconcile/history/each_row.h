#pragma once

#include <optional>

#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Calls `take` with the row of each exchange of a log, in the log's order, until it returns an
/// Error.
template <typename Take>
Status EachRow(store::LogReader& log, const Take& take) {
  TRY_ASSIGN(auto rows, log.Rows(std::nullopt, std::nullopt));
  while (true) {
    TRY_ASSIGN(const std::optional<store::ExchangeRow> row, rows->Next());
    if (!row) {
      return {};
    }
    TRY(take(*row));
  }
}

}  // namespace trafrec::reconcile
