#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tools/patterns/analysis/calendar.h"
#include "tools/patterns/analysis/timeline.h"

namespace trafrec::patterns {

/// The writes of one stretch of time.
struct Writes {
  uint64_t mutations = 0;
  uint64_t operations = 0;  ///< that they carry
  uint64_t others = 0;      ///< queries, and what is neither
  uint64_t unanswered = 0;  ///< mutations of which no answer was seen
  uint32_t in_flight_max = 0;
  uint64_t in_flight_ns = 0;  ///< divided by the length: how many are on their way on average
  int64_t slowest_ns = 0;     ///< answer to a mutation
};

/// The quietest stretch that is in the log.
struct QuietOnce {
  TimeNs from = 0;
  Writes writes;
};

/// The time of the day, or of the week, that is quietest again and again.
struct QuietAgain {
  std::optional<int> weekday;  ///< 0: Monday; nothing: each day
  int second_of_day = 0;
  uint64_t seen = 0;     ///< how many such stretches were recorded without a hole
  uint64_t skipped = 0;  ///< and how many were not
  Writes sum;            ///< over all of them; the maxima are those of the worst
  uint64_t mutations_max = 0;
  uint64_t operations_max = 0;
  TimeNs worst_from = 0;  ///< that with mutations_max
};

struct Quiet {
  int64_t window_ns = 0;  ///< rounded up to whole slots
  std::optional<QuietOnce> once{};
  std::optional<QuietAgain> daily{};   ///< needs two days
  std::optional<QuietAgain> weekly{};  ///< needs two weeks
  uint64_t windows = 0;                ///< stretches of that length without a hole
};

/// Looks for the fewest mutations, then the fewest writes, then the least of all else. Stretches
/// that a hole touches are no candidates: what nobody recorded is not quiet. Of times of the day
/// those count that were seen at least half as often as the one seen most.
Quiet FindQuiet(const Timeline& timeline, int64_t window_ns, Calendar& calendar);

}  // namespace trafrec::patterns
