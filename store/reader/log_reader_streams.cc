#include "store/reader/log_reader_streams.h"

#include <map>
#include <tuple>

#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

auto OrderOf(const TimedRow& row) {
  return std::tie(row.at, row.row.id.recorder, row.row.id.attempt, row.row.id.number);
}

/// By that recorder's own clock, with room for what the estimate does not know.
ExchangeFilter FilterOf(RecorderStreams::Which which, const RecorderClock& clock, TimeNs since,
                        TimeNs until) {
  ExchangeFilter filter;
  if (since != kTimeAlways) {
    filter.since = LaterBy(clock.Shown(since), -limits::kSightingWindowNs);
  }
  if (until != kTimeNever) {
    filter.until = LaterBy(clock.Shown(until), limits::kSightingWindowNs);
  }
  filter.where =
      which == RecorderStreams::Which::kAnswersOnly ? "method IS NULL" : "method IS NOT NULL";
  return filter;
}

}  // namespace

Result<RecorderStreams> RecorderStreams::Open(const MergeSource& source, Which which, TimeNs since,
                                              TimeNs until) {
  std::map<std::string, std::vector<AttemptSnapshot>> recorders;
  for (const AttemptSnapshot& attempt : source.attempts) {
    recorders[attempt.key.recorder].push_back(attempt);
  }
  RecorderStreams streams;
  for (auto& [recorder, attempts] : recorders) {
    const ExchangeFilter filter = FilterOf(which, source.clocks.Of(recorder), since, until);
    TRY_ASSIGN(FilterSql sql, FilterSql::Make(filter, kFirstFilterParameter));
    streams.streams_.push_back(
        std::make_unique<Stream>(source, std::move(attempts), std::move(sql)));
  }
  return streams;
}

Result<const TimedRow*> RecorderStreams::Front() {
  if (first_ != nullptr) {
    return &*first_->front;
  }
  for (const auto& stream : streams_) {
    if (!stream->front && !stream->ended) {
      TRY_ASSIGN(std::optional<ExchangeRow> row, stream->cursor.Next());
      stream->ended = !row;
      if (row) {
        const TimeNs at = stream->clock.Corrected(row->began_at);
        stream->front = TimedRow{at, *std::move(row)};
      }
    }
    if (stream->front && (first_ == nullptr || OrderOf(*stream->front) < OrderOf(*first_->front))) {
      first_ = stream.get();
    }
  }
  return first_ == nullptr ? nullptr : &*first_->front;
}

TimedRow RecorderStreams::Take() {
  TimedRow row = *std::move(first_->front);
  first_->front.reset();
  first_ = nullptr;
  return row;
}

}  // namespace trafrec::store
