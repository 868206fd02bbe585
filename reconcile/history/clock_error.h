#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "reconcile/note.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// By how much times of two recorders of a log may be apart though they are of one moment.
struct ClockError {
  TimeNs ns = 0;
  std::vector<Note> notes{};  ///< where it is taken for granted
};

/// None of a log of one recorder. Else what the traffic shows that several saw; where a recorder
/// shares none with the first one, clocks are taken to be set by NTP. `given`: the user knows.
Result<ClockError> ClockErrorOf(store::LogReader& log, std::optional<TimeNs> given);

}  // namespace trafrec::reconcile
