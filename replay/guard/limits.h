#pragma once

#include <cstdint>

namespace trafrec::guard::limits {

/// How often what was known of a document may turn out to be stale before its write is dead. This
/// run is the only writer: more than one or two mean that it is not.
inline constexpr uint32_t kStale = 5;
/// Answers of 5xx (but those of an overloaded or absent server) after which an operation is dead.
/// The document was read before each resend, so it was not carried out.
inline constexpr uint32_t kFailures = 3;
/// What the source had ended, and the target has not, is asked for again after that.
inline constexpr int64_t kAskAgainMs = 500;
/// A wait that a target may ask for. Longer ones are a mistake, or somebody's joke.
inline constexpr int64_t kRetryAfterMaxMs = int64_t{10} * 60 * 1000;

}  // namespace trafrec::guard::limits
