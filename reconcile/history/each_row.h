#pragma once

#include <optional>

#include "base/error.h"
#include "base/time.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Calls `take` with the row of each exchange of a log that began before `until` (no value: of
/// all), in the log's order, until it returns an Error.
template <typename Take>
Status EachRow(store::LogReader& log, std::optional<TimeNs> until, const Take& take) {
  TRY_ASSIGN(auto rows, log.Rows(std::nullopt, until));
  while (true) {
    TRY_ASSIGN(const std::optional<store::ExchangeRow> row, rows->Next());
    if (!row) {
      return {};
    }
    if (until && row->began_at >= *until) {
      continue;
    }
    TRY(take(*row));
  }
}

}  // namespace trafrec::reconcile
