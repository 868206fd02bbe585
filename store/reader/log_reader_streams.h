#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/format/clocks.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_cursor.h"
#include "store/reader/log_reader_rows.h"

namespace trafrec::store {

inline constexpr TimeNs kTimeNever = INT64_MAX;
inline constexpr TimeNs kTimeAlways = INT64_MIN;

/// The sum, or the end of time in that direction.
constexpr TimeNs LaterBy(TimeNs time, int64_t by_ns) {
  TimeNs sum = 0;
  return __builtin_add_overflow(time, by_ns, &sum) ? (by_ns < 0 ? kTimeAlways : kTimeNever) : sum;
}

/// A row, and when it began by the reference clock.
struct TimedRow {
  TimeNs at = 0;
  ExchangeRow row;
};

/// What a merge reads of a log's recorders.
struct MergeSource {
  SegmentFiles& files;
  SegmentTimes& times;
  const Clocks& clocks;
  const std::vector<AttemptSnapshot>& attempts;
};

/// The rows of all recorders in the order of (corrected time, recorder, attempt, number). Reads one
/// recorder's rows beside the other's, a batch of each at a time.
class RecorderStreams {
 public:
  enum class Which : uint8_t { kWithRequest, kAnswersOnly };

  /// Rows that may have begun in [since, until) by the reference clock, and some around.
  static Result<RecorderStreams> Open(const MergeSource& source, Which which, TimeNs since,
                                      TimeNs until);

  /// The next row, or null at the end; borrowed until Take.
  Result<const TimedRow*> Front();
  /// The row that Front gave.
  TimedRow Take();

 private:
  /// One recorder. Has one address: its parts refer to each other.
  struct Stream {
    Stream(const MergeSource& source, std::vector<AttemptSnapshot> of, FilterSql filter)
        : attempts(std::move(of)),
          sql(std::move(filter)),
          rows(source.files, sql),
          cursor(rows, source.times, attempts),
          clock(source.clocks.Of(attempts.front().key.recorder)) {}

    std::vector<AttemptSnapshot> attempts;
    FilterSql sql;
    RowReader rows;
    LogCursor cursor;
    const RecorderClock& clock;
    std::optional<TimedRow> front;
    bool ended = false;
  };

  std::vector<std::unique_ptr<Stream>> streams_;
  Stream* first_ = nullptr;
};

}  // namespace trafrec::store
