#include "store/sql/log_sql_segment_rows.h"

#include <utility>

namespace trafrec::store {
namespace {

enum : int { kRecorder, kAttempt };  // the first columns of all of them

}  // namespace

SegmentRows::SegmentRows(LogSqlSource& source, const std::vector<AttemptSnapshot>& snapshots,
                         const db::ScanRequest& request)
    : source_(source), walk_(snapshots) {
  ValueRange attempts;
  for (const db::ColumnLimit& limit : request.limits) {
    if (limit.column == kRecorder) {
      walk_.OnlyRecorder(limit.value);
    } else if (limit.column == kAttempt) {
      CutByLimit(attempts, limit);
    }
  }
  walk_.OnlyAttempts(attempts);
}

Result<bool> SegmentRows::Next() {
  row_ += std::exchange(begun_, true) ? 1 : 0;
  while (row_ >= rows_.size()) {
    if (ended_) {
      if (!walk_.Next()) {
        return false;
      }
      ended_ = false;
      BeginSegment();
    }
    rows_.clear();
    row_ = 0;
    const AttemptKey& key = walk_.attempt().key;
    const Status read = ReadBatch(key, walk_.segment());
    if (source_.files().WasDeleted(key, walk_.segment(), read)) {
      rows_.clear();
      ended_ = true;
      continue;
    }
    TRY(read);
  }
  return true;
}

void ReadInto(const db::Statement& from, int first, int last, SegmentRows::Values& row) {
  for (int column = first; column <= last; ++column) {
    from.Read(column, row.emplace_back());
  }
}

}  // namespace trafrec::store
