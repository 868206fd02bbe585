#pragma once

#include <cstddef>
#include <cstdint>

namespace trafrec::tools::limits {

/// Of a page, the verdicts with their evidence: what a browser opens at once, and a mail takes.
inline constexpr size_t kVerdictBytes = size_t{3} << 20;
/// Rows of a list.
inline constexpr size_t kVerdictRows = 500;
/// Of a recorded name.
inline constexpr size_t kVerdictColumns = 300;
/// The recorder's losses beside one missing mutation.
inline constexpr size_t kLossesBeside = 3;

/// With --follow: how often it looks for what is new; the writer commits each 100 ms.
inline constexpr int kLookIntervalMs = 250;
/// From one judgement of the log to the next, and so much longer than one took: each reads the log
/// again.
inline constexpr int64_t kJudgeIntervalNs = 1'000'000'000;
inline constexpr int64_t kJudgeShare = 9;
/// A recorder tells what its kernel dropped once a second.
inline constexpr int64_t kLossesToldNs = 2'000'000'000;
/// A source that could not be asked is asked again after that.
inline constexpr int64_t kAskAgainNs = 5'000'000'000;

}  // namespace trafrec::tools::limits
