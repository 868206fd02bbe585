#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/error.h"
#include "store/db/virtual_table.h"
#include "store/sql/log_sql_source.h"
#include "store/sql/log_sql_walk.h"

namespace trafrec::store {

/// What a statement asks of the exchanges of one recorder.
struct ExchangeScan {
  uint64_t columns = 0;                 ///< a bit for each ExchangeColumn that is used
  std::vector<db::SqlValue> recorders;  ///< the name must be equal to each
  ValueRange attempts;
  ValueRange numbers{.least = 1};
  ValueRange times;  ///< of began_ns
};

/// Reads them out of the segments, attempt by attempt and in the order of the numbers.
Result<std::unique_ptr<db::VirtualCursor>> ScanExchanges(LogSqlSource& source,
                                                         const ExchangeScan& scan);

}  // namespace trafrec::store
