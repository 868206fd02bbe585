#pragma once

#include <chrono>
#include <cstddef>

namespace trafrec::edit::limits {

/// What a body may become when its content coding is taken off: the most that both products take is
/// 100 MB, and a small body may expand a thousand times.
inline constexpr size_t kContentBytes = size_t{256} << 20;

/// How long an external filter may think about one request, if the file does not say. It stands
/// between the log and the sender, so a filter that needs longer holds up everything.
inline constexpr std::chrono::milliseconds kFilterTimeout{10'000};
/// The longest line of an external filter, if the file does not say: a bulk of 100 MB, escaped.
inline constexpr size_t kFilterLineBytes = size_t{256} << 20;
/// How long a filter that was told to end may take before it is killed.
inline constexpr std::chrono::milliseconds kFilterEnd{2'000};

}  // namespace trafrec::edit::limits
