#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/db/virtual_table.h"
#include "store/sql/log_sql_source.h"

namespace trafrec::store {

/// Narrows `range` by a condition on a number. What is no number is left to SQLite.
void CutByLimit(ValueRange& range, const db::ColumnLimit& limit);

/// The segments of a log one after another, of those attempts that a statement's conditions on
/// recorder and attempt let through.
class SegmentWalk {
 public:
  /// `snapshots` must outlive it.
  explicit SegmentWalk(const std::vector<AttemptSnapshot>& snapshots) : snapshots_(snapshots) {}

  void OnlyRecorder(const db::SqlValue& name);
  void OnlyAttempts(const ValueRange& numbers) { attempts_.Cut(numbers); }

  /// Goes to the next one, at first to the first. False: there is none.
  bool Next();
  const AttemptSnapshot& attempt() const { return snapshots_[attempt_]; }
  uint32_t segment() const { return attempt().segments[segment_]; }
  /// Those of the attempt that come after this one.
  std::span<const uint32_t> later() const {
    return std::span(attempt().segments).subspan(segment_ + 1);
  }

 private:
  bool Fits(const AttemptKey& key) const {
    return (!recorder_ || key.recorder == *recorder_) && attempts_.Contains(key.attempt);
  }

  const std::vector<AttemptSnapshot>& snapshots_;
  std::optional<std::string> recorder_;
  ValueRange attempts_;
  bool begun_ = false;
  size_t attempt_ = 0;
  size_t segment_ = 0;
};

}  // namespace trafrec::store
