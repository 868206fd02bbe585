#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of counting documents, with its reason.

namespace trafrec::census::limits {

/// Indices with documents that a target may have. Both products let a search make 10,000 buckets
/// (7.0), and a cluster with more shards than that is in trouble for other reasons.
inline constexpr size_t kIndicesMax = 5'000;
/// Of a request's path: half of what both products take (http.max_initial_line_length, 4 KB).
inline constexpr size_t kPathBytes = 2'000;
/// For an answer. A run that is over waits no longer for what is only a warning.
inline constexpr int64_t kAnswerTimeoutMs = 10'000;

/// How often a target is asked that ends the connection in the place of an answer: a proxy that is
/// reloaded does so once.
inline constexpr int kTries = 3;

}  // namespace trafrec::census::limits
