#pragma once

#include <cstdint>
#include <filesystem>

#include "base/time.h"

namespace trafrec::test_support {

/// Monday, 2026-11-02T00:00:00Z.
inline constexpr TimeNs kAMonday = 1'793'577'600 * kNsPerSecond;
inline constexpr int64_t kDayNs = 86'400 * kNsPerSecond;

/// Traffic of a small cluster that sleeps at night: each ten minutes one search and, from 08:00 to
/// 20:00, two bulks of two documents, else one. From 03:00 to 04:00 only one of them, at 03:20; on
/// Sundays none from 05:00 to 06:00. Each bulk is answered after 20 ms, the first of an hour after
/// 400 ms. A connection an hour, of two clients in turn: 10.0.0.1 is elasticsearch-py/7.10.1,
/// 10.0.0.9 is curl/7.88.1.
///
/// Writes the packets of days [first_day, end_day), counted from kAMonday, as a capture.
void WriteWeeklyTraffic(const std::filesystem::path& path, int first_day, int end_day);

}  // namespace trafrec::test_support
