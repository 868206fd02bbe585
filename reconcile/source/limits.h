#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace trafrec::reconcile::limits {

/// Open questions in one request: documents of an mget, ranges of a search. The source's searches
/// take 1,024 clauses.
inline constexpr size_t kQuestionsPerRequest = 500;
/// Hits of one page of a search; the source gives at most 10,000.
inline constexpr size_t kHitsPerPage = 1'000;
/// Documents of all shards of an index that its routing is learned from.
inline constexpr size_t kSampledDocuments = 600;
/// Between two requests: ten a second do not disturb a source that serves others.
inline constexpr int64_t kRequestIntervalNs = 100 * kNsPerMs;
/// How often a request is sent that the source is too busy for (429, 503), and the first pause,
/// which doubles.
inline constexpr int kBusyTries = 6;
inline constexpr int64_t kBusyPauseNs = kNsPerSecond;
/// Of a source's own words, what an error shows.
inline constexpr size_t kShownReasonBytes = 200;

}  // namespace trafrec::reconcile::limits
