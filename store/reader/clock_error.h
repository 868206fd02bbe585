#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

/// NTP sets clocks: those of source, recorders and judge are not further apart.
constexpr TimeNs kClocksApartNs = 10'000 * kNsPerMs;

/// By how much times of two recorders of a log may be apart though they are of one moment.
struct ClockError {
  TimeNs ns = 0;
  /// Why it is taken for granted, and not measured; "": it is.
  std::string assumed{};
};

/// None of a log of one recorder. Else what the traffic shows that several saw; where a recorder
/// shares none with the first one, kClocksApartNs. `given`: the user knows.
Result<ClockError> ClockErrorOf(LogReader& log, std::optional<TimeNs> given);

}  // namespace trafrec::store
