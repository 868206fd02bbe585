#pragma once

#include "base/error.h"
#include "store/db/database.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_filter.h"

namespace trafrec::store {

/// Judges merged rows by a filter, as SQL would if they were a segment's: `exchanges` in memory
/// holds one row at a time. It has one column more than the view of a segment, `sightings`.
class RowMatcher {
 public:
  /// Fails if the filter's words or its SQL are wrong. With `hidden`, columns may be encrypted, and
  /// a condition on one that is makes Fits fail.
  static Result<RowMatcher> Make(const ExchangeFilter& filter, bool hidden);

  Result<bool> Fits(const ExchangeRow& row);

 private:
  RowMatcher(SegmentConnection memory, FilterSql sql)
      : memory_(std::move(memory)), sql_(std::move(sql)) {}

  SegmentConnection memory_;
  FilterSql sql_;
};

}  // namespace trafrec::store
