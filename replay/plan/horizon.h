#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/time.h"
#include "replay/plan/planner.h"
#include "store/reader/log_reader.h"

// How far a log that still grows may be planned.

namespace trafrec::plan {

std::set<Planner::RunningAttempt> RunningAmong(std::span<const store::AttemptProgress> attempts);

/// As far as all outcomes are known, or, with patience, as all requests are that are older than
/// that; then a little further than `since`, where the last pass ended. Nothing: nobody records any
/// more, so that all can be planned.
std::optional<TimeNs> HorizonOf(std::span<const store::AttemptProgress> attempts,
                                std::optional<int64_t> patience_ns, std::optional<TimeNs> since);

/// Those who wrote a log, by the newest start of each.
struct Recorders {
  bool none = true;    ///< nobody has begun
  bool ended = false;  ///< all have ended in good order
  std::string gone{};  ///< the first one that died, and may come again; "": none
};
Recorders RecordersOf(std::span<const store::AttemptProgress> attempts);

/// All that is there began before; 0: nothing is.
TimeNs EndOf(std::span<const store::AttemptProgress> attempts);

}  // namespace trafrec::plan
