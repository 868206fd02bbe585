#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trafrec {

/// Nanoseconds since the Unix epoch, UTC. Packet times, never the reader's clock, unless a comment
/// says so.
using TimeNs = int64_t;

inline constexpr int64_t kNsPerUs = 1'000;
inline constexpr int64_t kNsPerMs = 1'000'000;
inline constexpr int64_t kNsPerSecond = 1'000'000'000;

/// RFC 3339 in UTC with nine decimals: 2026-11-21T06:48:00.000000001Z. Years 1677 to 2262.
std::string FormatTime(TimeNs time);

/// Reads RFC 3339 (with zone or Z, decimals optional), "YYYY-MM-DD[ HH:MM[:SS[.fraction]]]" (taken
/// as UTC), "@SECONDS[.fraction]" since the epoch, or "-5m" (before `now`; units s, m, h, d). Fails
/// with a sentence that shows the accepted forms.
Result<TimeNs> ParseTime(std::string_view text, TimeNs now);

/// The wall clock. Only for starts, stops and relative times; the pipeline runs on packet time.
TimeNs WallClockNow();

}  // namespace trafrec
