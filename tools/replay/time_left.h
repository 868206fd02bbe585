#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/time.h"
#include "replay/run/engine.h"
#include "store/reader/log_reader.h"
#include "tools/filter_options.h"

namespace trafrec::tools {

/// The part of the log that a run goes through.
struct LogSpan {
  TimeNs first = 0;
  TimeNs last = 0;         ///< 0: it has no end yet
  uint64_t exchanges = 0;  ///< 0: nobody has counted those that are selected
  TimeNs begin = 0;        ///< where the run began, in whichever of its lives
};

/// That of a run that begins at `since`, by the log's marks: reading it all to know would take as
/// long as planning.
Result<LogSpan> SpanOf(store::LogReader& log, const FilterOptions& filters,
                       std::optional<TimeNs> since);

/// How long a run still takes. At a multiple of the recorded pace the log's times tell; else what
/// it took for the part that is over.
class TimeLeft {
 public:
  explicit TimeLeft(const LogSpan& span) : span_(span) {}

  /// The planner's thread: it has read so many exchanges, and hands over the next one.
  void NotePlanned(uint64_t read);
  /// Any thread. Nothing: nobody can tell, or the run waits for somebody.
  std::optional<int64_t> Of(const replay::RunProgress& progress) const;
  /// Any thread. How much of the log is over, 0 to 1, earlier lives of the run included. Nothing:
  /// the log has no end yet, or nothing has begun.
  std::optional<double> OverOf(const replay::RunProgress& progress) const;

 private:
  double ShareOf(const replay::RunProgress& progress) const;

  const LogSpan span_;
  std::atomic<uint64_t> read_{0};
  std::atomic<uint64_t> planned_{0};
};

}  // namespace trafrec::tools
