#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/db/virtual_table.h"
#include "store/sql/log_sql_source.h"
#include "store/sql/log_sql_walk.h"

namespace trafrec::store {

/// Reads a table of each segment, of which recorder and attempt are the first two columns, a batch
/// at a time. Rows that are there before it begins come first.
class SegmentRows : public db::VirtualCursor {
 public:
  using Values = std::vector<db::SqlValue>;

  SegmentRows(LogSqlSource& source, const std::vector<AttemptSnapshot>& snapshots,
              const db::ScanRequest& request);

  Result<bool> Next() override;
  db::SqlValue Value(int column) const override { return rows_[row_][static_cast<size_t>(column)]; }

 protected:
  virtual void BeginSegment() = 0;
  /// Appends to rows_ and sets ended_.
  virtual Status ReadBatch(const AttemptKey& key, uint32_t segment) = 0;

  /// The columns that all tables have.
  static Values Begin(const AttemptKey& key) { return {key.recorder, int64_t{key.attempt}}; }

  LogSqlSource& source_;
  SegmentWalk walk_;
  std::vector<Values> rows_;
  bool ended_ = true;  // the segment has no more

 private:
  bool begun_ = false;
  size_t row_ = 0;
};

/// Appends columns of a statement's row, as they are.
void ReadInto(const db::Statement& from, int first, int last, SegmentRows::Values& row);

}  // namespace trafrec::store
