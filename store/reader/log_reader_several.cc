#include "store/reader/log_reader_several.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "store/reader/clock_estimate.h"
#include "store/reader/clock_store.h"
#include "store/reader/deleted_segments.h"
#include "store/reader/exchange_id.h"
#include "store/reader/hidden_columns.h"
#include "store/reader/log_reader_find.h"
#include "store/reader/sightings.h"
#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

std::set<std::string> RecordersOf(const std::vector<AttemptSnapshot>& snapshots) {
  std::set<std::string> recorders;
  for (const AttemptSnapshot& snapshot : snapshots) {
    recorders.insert(snapshot.key.recorder);
  }
  return recorders;
}

/// Grows as the log does.
uint64_t AmountOf(const std::vector<AttemptSnapshot>& snapshots) {
  constexpr uint64_t kFramesOfSegment = 1'000;
  uint64_t amount = 0;
  for (const AttemptSnapshot& snapshot : snapshots) {
    amount += snapshot.segments.size() * kFramesOfSegment;
    amount += static_cast<uint64_t>(snapshot.frames_through);
  }
  return amount;
}

/// Calls `use` with each sighting's row.
template <typename Use>
void ForEachSighting(const ExchangeRow& row, const Use& use) {
  if (row.sightings.empty()) {
    use(row);
  }
  for (const ExchangeRow& sighting : row.sightings) {
    use(sighting);
  }
}

}  // namespace

bool SeveralRecorders::AreIn(const Snapshots& snapshots) {
  return RecordersOf(snapshots).size() > 1;
}

Status SeveralRecorders::CheckNames() const {
  TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue_.AllAttempts());
  std::set<std::string> names;
  for (const AttemptKey& attempt : attempts) {
    names.insert(attempt.recorder);
  }
  for (const std::string& name : without_) {
    if (!names.contains(name)) {
      std::string known;
      for (const std::string& each : names) {
        known += (known.empty() ? "'" : ", '") + each + "'";
      }
      return Fail(ErrorCode::kUsage, fmt::format("the log has no recorder '{}'", name),
                  known.empty() ? "it has none at all" : "it has " + known);
    }
  }
  return {};
}

Status SeveralRecorders::UpdateClocks(const Snapshots& snapshots) {
  const uint64_t amount = AmountOf(snapshots);
  const size_t recorders = RecordersOf(snapshots).size();
  if (pulled_ > 0) {
    return {};  // they refer to them
  }
  // Estimating reads all rows: while a log grows, again whenever it has doubled.
  if (recorders == clocks_recorders_ && amount < 2 * clocks_of_) {
    return {};
  }
  clocks_of_ = amount;
  clocks_recorders_ = recorders;
  if (auto kept = ReadClockOffsets(files_.log(), snapshots)) {
    clocks_ = Clocks(*std::move(kept));
    return {};
  }
  TRY_ASSIGN(const auto samples, TakeClockSamples(files_, snapshots));
  clocks_ = Clocks(EstimateClocks(samples));
  return {};
}

Result<ExchangeRow> SeveralRecorders::Settle(std::vector<ExchangeRow> rows) {
  std::vector<StoredExchange> loaded;
  for (const ExchangeRow& row : rows) {
    Result<StoredExchange> exchange = loader_.Load(row);
    if (!exchange) {
      // Load of the whole will say what is damaged.
      return MergeRows(std::move(rows));
    }
    loaded.push_back(*std::move(exchange));
  }
  return MergeStored(std::move(loaded)).row;
}

Result<MergedCursor> SeveralRecorders::OpenCursor(const Snapshots& snapshots,
                                                  const MergedCursor::Bounds& bounds) {
  return MergedCursor::Open(SourceOf(snapshots), bounds, [this](std::vector<ExchangeRow> rows) {
    return Settle(std::move(rows));
  });
}

bool SeveralRecorders::AnyHidden(const Snapshots& snapshots) {
  return !FindHiddenColumns(files_, snapshots).texts.empty();
}

MergedCursor::Bounds SeveralRecorders::BoundsOf(const ExchangeFilter& filter,
                                                const Snapshots& snapshots, TimeNs hold) const {
  // A row shows the time of its first sighting, so that of another may lie a window away.
  const int64_t window = limits::kSightingWindowNs + clocks_.uncertainty_ns();
  MergedCursor::Bounds bounds{.hold = hold};
  const auto earliest = [&](TimeNs time, bool least) {
    TimeNs at = clocks_.Of(snapshots.front().key.recorder).Corrected(time);
    for (const AttemptSnapshot& snapshot : snapshots) {
      const TimeNs here = clocks_.Of(snapshot.key.recorder).Corrected(time);
      at = least ? std::min(at, here) : std::max(at, here);
    }
    return at;
  };
  bounds.since = filter.since ? LaterBy(earliest(*filter.since, true), -window) : kTimeAlways;
  bounds.until = filter.until ? LaterBy(earliest(*filter.until, false), window) : kTimeNever;
  return bounds;
}

Status SeveralRecorders::Visit(const ExchangeFilter& filter, const Snapshots& snapshots,
                               const Visitor& visit) {
  TRY(UpdateClocks(snapshots));
  TRY_ASSIGN(RowMatcher matcher, RowMatcher::Make(filter, AnyHidden(snapshots)));
  const HoldPoint hold = FindHold(SourceOf(snapshots), without_);
  const MergedCursor::Bounds bounds = BoundsOf(filter, snapshots, hold.at);
  TRY_ASSIGN(MergedCursor cursor, OpenCursor(snapshots, bounds));
  open_.clear();
  ahead_.clear();
  hold_.reset();
  given_through_ = kTimeNever;
  NoteShown(snapshots, hold.at);
  for (uint64_t count = 0; !filter.limit || count < *filter.limit;) {
    TRY_ASSIGN(const std::optional<TimedRow> row, cursor.Next());
    if (!row) {
      shown_through_ = bounds.until == kTimeNever ? cursor.floor() : hold.at;
      hold_ = cursor.held() ? hold.by : std::nullopt;
      given_through_ = cursor.floor();
      break;
    }
    NoteOpen(row->row);
    NoteAhead(shown_, row->row);
    TRY_ASSIGN(const bool fits, matcher.Fits(row->row));
    if (fits && !visit(row->row)) {
      break;
    }
    count += fits ? 1 : 0;
  }
  return {};
}

void SeveralRecorders::NoteShown(const Snapshots& snapshots, TimeNs through) {
  shown_through_ = through;
  shown_ = ReachOf(snapshots);
}

SeveralRecorders::Reach SeveralRecorders::ReachOf(const Snapshots& snapshots) {
  Reach reach;
  for (const AttemptSnapshot& snapshot : snapshots) {
    reach[snapshot.key] = {snapshot.segments.back(), snapshot.frames_through,
                           snapshot.segments.front()};
  }
  return reach;
}

Status SeveralRecorders::CountMissed(const Snapshots& snapshots) {
  for (const AttemptSnapshot& snapshot : snapshots) {
    const auto known = shown_.find(snapshot.key);
    if (known == shown_.end() || shown_through_ == kTimeNever) {
      continue;
    }
    const RecorderClock& clock = clocks_.Of(snapshot.key.recorder);
    uint32_t& first = known->second.first_segment;
    for (; first < snapshot.segments.front(); ++first) {
      TRY_ASSIGN(const DeletedSegments deleted,
                 FindDeleted(files_, snapshot.key, first, first + 1));
      // What came before was shown, if not by this recorder's row.
      if (deleted.last_at && clock.Corrected(*deleted.last_at) >= shown_through_) {
        missed_ += deleted.counts.exchanges;
      }
    }
  }
  return {};
}

void SeveralRecorders::NoteOpen(const ExchangeRow& row) {
  if (HasFlag(row.flags, Flag::kOpen)) {
    std::vector<ExchangeId>& ids = open_.emplace_back();
    ForEachSighting(row, [&](const ExchangeRow& sighting) { ids.push_back(sighting.id); });
  }
}

bool SeveralRecorders::IsBeyond(const Reach& reach, const ExchangeRow& sighting) {
  const auto known = reach.find({sighting.id.recorder, sighting.id.attempt});
  return known == reach.end() || std::pair(sighting.place.segment, sighting.place.frame) >
                                     std::pair(known->second.segment, known->second.frames);
}

/// What replaced a row of the snapshot since, and is given as it is now.
void SeveralRecorders::NoteAhead(const Reach& reach, const ExchangeRow& row) {
  ForEachSighting(row, [&](const ExchangeRow& sighting) {
    if (IsBeyond(reach, sighting)) {
      ahead_.insert(sighting.id);
    }
  });
}

bool SeveralRecorders::IsNew(const ExchangeRow& row) const {
  bool all_new = true;
  ForEachSighting(row, [&](const ExchangeRow& sighting) {
    all_new = all_new && IsBeyond(shown_, sighting) && !ahead_.contains(sighting.id);
  });
  return all_new;
}

bool SeveralRecorders::IsOpen(const ExchangeRow& row) const {
  bool open = false;
  ForEachSighting(row, [&](const ExchangeRow& sighting) {
    open = open || std::ranges::any_of(open_, [&](const std::vector<ExchangeId>& ids) {
             return std::ranges::find(ids, sighting.id) != ids.end();
           });
  });
  return open;
}

Result<bool> SeveralRecorders::ShowCompleted(const Snapshots& snapshots, RowMatcher& matcher,
                                             const Visitor& visit) {
  std::vector<std::vector<ExchangeId>> still_open;
  bool wanted = true;
  for (const std::vector<ExchangeId>& ids : open_) {
    bool completed = false;
    for (const ExchangeId& id : ids) {
      TRY_ASSIGN(const ExchangeRow row, FindExchange(files_, catalogue_, id));
      completed = completed || !HasFlag(row.flags, Flag::kOpen);
    }
    if (!completed || !wanted) {
      still_open.push_back(ids);
      continue;
    }
    TRY_ASSIGN(const ExchangeRow first, FindExchange(files_, catalogue_, ids.front()));
    TRY_ASSIGN(const ExchangeRow whole, Complete(first, snapshots));
    TRY_ASSIGN(const bool fits, matcher.Fits(whole));
    wanted = !fits || visit(whole);
  }
  open_ = std::move(still_open);
  return wanted;
}

Status SeveralRecorders::Follow(const ExchangeFilter& filter, const Snapshots& snapshots,
                                const Visitor& visit) {
  TRY(UpdateClocks(snapshots));
  TRY(CountMissed(snapshots));
  TRY_ASSIGN(RowMatcher matcher, RowMatcher::Make(filter, AnyHidden(snapshots)));
  const HoldPoint hold = FindHold(SourceOf(snapshots), without_);
  TRY_ASSIGN(const bool wanted, ShowCompleted(snapshots, matcher, visit));
  if (!wanted) {
    return {};
  }
  const bool both_wait = hold.at != kTimeNever && hold_at_ != kTimeNever;
  if (both_wait && hold.at < LaterBy(hold_at_, limits::kFollowStepNs)) {
    return {};
  }
  hold_at_ = hold.at;
  const TimeNs from = shown_through_ == kTimeNever ? kTimeAlways : shown_through_;
  const MergedCursor::Bounds bounds{.since = LaterBy(from, -limits::kSightingWindowNs),
                                    .hold = hold.at};
  TRY_ASSIGN(MergedCursor cursor, OpenCursor(snapshots, bounds));
  const Reach reach = ReachOf(snapshots);
  while (true) {
    TRY_ASSIGN(const std::optional<TimedRow> row, cursor.Next());
    if (!row) {
      break;
    }
    // What came after all, with a time that was passed, is shown late.
    if (IsOpen(row->row) || (row->at < shown_through_ && !IsNew(row->row))) {
      continue;
    }
    NoteOpen(row->row);
    NoteAhead(reach, row->row);
    TRY_ASSIGN(const bool fits, matcher.Fits(row->row));
    if (fits && !visit(row->row)) {
      hold_at_ = kTimeAlways;
      shown_through_ = std::max(shown_through_, LaterBy(row->at, 1));
      return {};
    }
  }
  hold_ = cursor.held() ? hold.by : std::nullopt;
  NoteShown(snapshots, shown_through_ == kTimeNever ? cursor.floor()
                                                    : std::max(shown_through_, cursor.floor()));
  return {};
}

Result<ExchangeRow> SeveralRecorders::Complete(const ExchangeRow& row, const Snapshots& snapshots) {
  TRY(UpdateClocks(snapshots));
  const TimeNs at = clocks_.Of(row.id.recorder).Corrected(row.began_at);
  const MergedCursor::Bounds bounds{.since = LaterBy(at, -2 * limits::kSightingWindowNs),
                                    .until = LaterBy(at, 2 * limits::kSightingWindowNs)};
  TRY_ASSIGN(MergedCursor cursor, OpenCursor(snapshots, bounds));
  while (true) {
    TRY_ASSIGN(std::optional<TimedRow> merged, cursor.Next());
    if (!merged) {
      return row;
    }
    bool found = false;
    ForEachSighting(merged->row,
                    [&](const ExchangeRow& sighting) { found = found || sighting.id == row.id; });
    if (found) {
      return std::move(merged->row);
    }
  }
}

Result<StoredExchange> SeveralRecorders::Load(const ExchangeRow& row) {
  std::vector<StoredExchange> loaded;
  std::optional<Error> failure;
  for (const ExchangeRow& sighting : row.sightings) {
    Result<StoredExchange> exchange = loader_.Load(sighting);
    if (exchange) {
      loaded.push_back(*std::move(exchange));
    } else {
      failure = exchange.error();
    }
  }
  // A damaged sighting costs nothing if another one has the whole.
  StoredExchange merged = loaded.empty() ? StoredExchange() : MergeStored(std::move(loaded));
  if (failure &&
      (merged.row.id.number == 0 || (merged.row.flags & ~row.flags & kIncompleteFlags))) {
    return std::unexpected(*failure);
  }
  if (failure) {
    merged.row = row;
  }
  return merged;
}

Result<MergeReport> SeveralRecorders::Report(const Snapshots& snapshots) {
  MergeReport report;
  TRY_ASSIGN(const auto samples, TakeClockSamples(files_, snapshots));
  clocks_ = Clocks(EstimateClocks(samples));
  clocks_of_ = AmountOf(snapshots);
  clocks_recorders_ = RecordersOf(snapshots).size();
  report.clocks = clocks_.offsets();
  if (const Status kept = KeepClockOffsets(files_.log(), snapshots, report.clocks); !kept) {
    report.clocks_not_kept = kept.error().what;
  }
  TRY_ASSIGN(MergedCursor cursor, OpenCursor(snapshots, {}));
  while (true) {
    TRY_ASSIGN(const std::optional<TimedRow> row, cursor.Next());
    if (!row) {
      break;
    }
    ++report.exchanges;
    std::set<std::string> recorders;
    ForEachSighting(row->row,
                    [&](const ExchangeRow& sighting) { recorders.insert(sighting.id.recorder); });
    report.seen_by_several += recorders.size() > 1 ? 1 : 0;
  }
  report.hold = FindHold(SourceOf(snapshots), without_).by;
  return report;
}

}  // namespace trafrec::store
