#pragma once

#include <chrono>
#include <cstddef>

namespace trafrec::filter::limits {

/// How long a program may think about one request, if nobody says. It stands between the log and
/// the sender: one that needs longer holds up everything.
inline constexpr std::chrono::milliseconds kTimeout{10'000};
/// The longest answer, if nobody says: a bulk of 100 MB, escaped.
inline constexpr size_t kLineBytes = size_t{256} << 20;
/// How long a program may take to end when its input has ended.
inline constexpr std::chrono::milliseconds kEnd{2'000};
/// Failures in a row after which a program is not started again: each start costs milliseconds, and
/// one that never answers is not the filter that was meant.
inline constexpr int kFailuresInARow = 10;
/// What a sentence quotes of an answer.
inline constexpr size_t kQuotedBytes = 80;

}  // namespace trafrec::filter::limits
