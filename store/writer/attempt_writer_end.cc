// The last rows of an attempt that ends in good order.

#include <algorithm>
#include <utility>

#include "store/writer/attempt_writer.h"

namespace trafrec::store {

Status AttemptWriter::Finish(TimeNs ended_at) {
  thread_.join();
  reserve_.Release();
  const std::optional<Error> kept = options_.live ? std::nullopt : status_.trouble();
  Status last = WriteLastRows(ended_at);
  if (!last) {
    segments_.Rollback();
    if (last.error().code == ErrorCode::kNoSpace) {
      Error error = last.error();
      error.what = "cannot store the end of the recording into " + options_.log.string() +
                   ": the disk is full";
      error.remedy =
          "free some space; the next recording into the log, or commit, covers the end with a loss "
          "row";
      last = std::unexpected(std::move(error));
    }
  }
  reserve_.Release();
  if (segments_.open()) {
    HandToSealer();
  }
  if (kept) {
    return std::unexpected(*kept);
  }
  return last;
}

Status AttemptWriter::WriteLastRows(TimeNs ended_at) {
  if (!segments_.open()) {
    TRY(OpenSegment());
  }
  if (const auto failure = status_.trouble(); failure && !options_.live) {
    TRY(segments_.PutAttemptFact("error", failure->what));
  }
  if (lost_) {
    TRY(segments_.WriteLosses({&*lost_, 1}));
    lost_.reset();
  }
  TRY(segments_.WriteLosses(losses_.kept()));
  losses_.OnCommitted();
  LossRecord stop;
  stop.cause = LossCause::kStop;
  stop.from = stop.until = ended_at;
  stop.exact = true;
  TRY(segments_.WriteLosses({&stop, 1}));
  // A clock that was set back meanwhile must not let it end before it began.
  TRY(segments_.PutAttemptFact("ended_ns", std::max(started_at_, options_.wall_clock())));
  TRY(segments_.PutTimeRange());
  TRY(segments_.PutCounters(FinalCounters()));
  return CommitRows();
}

Counters AttemptWriter::FinalCounters() {
  Counters counters = status_.counters();
  // The caller's copy of our own counters was taken while frames were still on their way.
  for (const Counter& own : tally_.ToCounters()) {
    const auto known = std::ranges::find(counters, own.name, &Counter::name);
    if (known == counters.end()) {
      counters.push_back(own);
    } else {
      *known = own;
    }
  }
  return counters;
}

}  // namespace trafrec::store
