#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace trafrec::calibration::limits {

/// How often each side is asked.
inline constexpr int64_t kPeriodMs = 1'000;
/// A server is given up for one request after that: what takes longer says nothing of the network.
inline constexpr int64_t kAnswerTimeoutMs = 10'000;
/// A stretch of which one median is taken: sixty requests, so that one that was slow at the server
/// says nothing, and short enough to follow a network that changes.
inline constexpr TimeNs kStretchNs = 60 * kNsPerSecond;
/// Lines of a file that are read: both sides for a month, three targets for two weeks. 24 bytes
/// each.
inline constexpr size_t kSamples = 5'000'000;

}  // namespace trafrec::calibration::limits
