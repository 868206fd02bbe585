#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/log_hold.h"
#include "store/reader/log_reader_load.h"
#include "store/reader/log_reader_merge.h"
#include "store/reader/row_matcher.h"

namespace trafrec::store {

/// Reads the exchanges of several recorders as one list. Filters judge the merged rows.
class SeveralRecorders {
 public:
  using Snapshots = std::vector<AttemptSnapshot>;
  using Visitor = std::function<bool(const ExchangeRow&)>;

  SeveralRecorders(SegmentFiles& files, SegmentTimes& times, LogCatalogue& catalogue,
                   ExchangeLoader& loader, std::vector<std::string> without)
      : files_(files),
        times_(times),
        catalogue_(catalogue),
        loader_(loader),
        without_(std::move(without)) {}

  static bool AreIn(const Snapshots& snapshots);
  /// Fails if a recorder of `without` does not exist.
  Status CheckNames() const;

  Status Visit(const ExchangeFilter& filter, const Snapshots& snapshots, const Visitor& visit);
  /// Of the filter only its times count.
  Result<std::unique_ptr<ExchangeCursor>> Rows(const ExchangeFilter& filter,
                                               const Snapshots& snapshots);
  Status Follow(const ExchangeFilter& filter, const Snapshots& snapshots, const Visitor& visit);
  /// The next Follow shows what is not in the snapshots.
  void BeginAfter(const Snapshots& snapshots) { NoteShown(snapshots, kTimeNever); }
  /// `row` with the other sightings of its exchange.
  Result<ExchangeRow> Complete(const ExchangeRow& row, const Snapshots& snapshots);
  Result<StoredExchange> Load(const ExchangeRow& row);
  Result<MergeReport> Report(const Snapshots& snapshots);

  const std::optional<RecorderHold>& hold() const { return hold_; }
  TimeNs given_through() const { return given_through_; }
  /// At most so many were deleted before Follow came to them.
  uint64_t missed() const { return missed_; }

 private:
  class PulledRows;

  /// How far an attempt was shown.
  struct Shown {
    uint32_t segment = 0;
    int64_t frames = 0;
    uint32_t first_segment = 0;  // that was there
  };
  using Reach = std::map<AttemptKey, Shown>;

  Status UpdateClocks(const Snapshots& snapshots);
  /// What a merge must read for rows that show these times.
  MergedCursor::Bounds BoundsOf(const ExchangeFilter& filter, const Snapshots& snapshots,
                                TimeNs hold) const;
  bool AnyHidden(const Snapshots& snapshots);
  Result<MergedCursor> OpenCursor(const Snapshots& snapshots, const MergedCursor::Bounds& bounds);
  Result<ExchangeRow> Settle(std::vector<ExchangeRow> rows);
  MergeSource SourceOf(const Snapshots& snapshots) { return {files_, times_, clocks_, snapshots}; }
  void NoteShown(const Snapshots& snapshots, TimeNs through);
  void NoteOpen(const ExchangeRow& row);
  Status CountMissed(const Snapshots& snapshots);
  bool IsNew(const ExchangeRow& row) const;
  static Reach ReachOf(const Snapshots& snapshots);
  static bool IsBeyond(const Reach& reach, const ExchangeRow& sighting);
  void NoteAhead(const Reach& reach, const ExchangeRow& row);
  bool IsOpen(const ExchangeRow& row) const;
  /// False: `visit` wants no more.
  Result<bool> ShowCompleted(const Snapshots& snapshots, RowMatcher& matcher, const Visitor& visit);

  SegmentFiles& files_;
  SegmentTimes& times_;
  LogCatalogue& catalogue_;
  ExchangeLoader& loader_;
  const std::vector<std::string> without_;
  Clocks clocks_;
  uint64_t clocks_of_ = 0;  // how much of the log they were estimated from
  size_t clocks_recorders_ = 0;
  size_t pulled_ = 0;  // cursors of Rows that use the clocks
  std::optional<RecorderHold> hold_;
  TimeNs hold_at_ = kTimeAlways;  // of the last Follow
  TimeNs given_through_ = kTimeNever;

  uint64_t missed_ = 0;
  TimeNs shown_through_ = kTimeAlways;
  Reach shown_;
  std::vector<std::vector<ExchangeId>> open_;  // the sightings of what was shown open
  std::set<ExchangeId> ahead_;  // shown before the frame of their row was come to: few
};

}  // namespace trafrec::store
