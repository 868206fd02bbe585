#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

// Every bound of the plan, with its reason.

namespace trafrec::plan::limits {

/// Fields of one index that are told apart. Both products refuse more than 1,000 by default.
inline constexpr size_t kPathsOfIndex = 20'000;
/// Fields of all indices together: some 40 MB.
inline constexpr size_t kPaths = 1'000'000;
/// Fields of an index that nobody was told of yet, before they are looked through: more than most
/// indices have.
inline constexpr size_t kOpenFields = 1'024;
/// Of the writes with one type of value of a field, so many go before those with other types: one
/// makes the mapping, but one may have to come after what it should go before.
inline constexpr size_t kMappingLeaders = 4;
/// Depth of a document that is looked into: both products' index.mapping.depth.limit.
inline constexpr int kDocumentDepth = 20;
/// Names of indices and aliases that are remembered; a cluster with more has other troubles.
inline constexpr size_t kNames = 200'000;
/// Connections of the source, with --order connection, of which the last request is remembered.
inline constexpr size_t kConnections = 200'000;
/// Tasks that were begun, whose indices are remembered.
inline constexpr size_t kTasks = 10'000;
/// By-query operations whose time is still open, each until its answer.
inline constexpr size_t kOpenByQueries = 10'000;
/// Exchanges of a log that grows that are passed over; with more, the plan waits for their answers
/// as it does without patience. One pass may add some.
inline constexpr size_t kPassedOver = 4'096;
/// So much of the log's time one pass goes beyond what is settled, so that it adds few.
inline constexpr int64_t kPassNs = 10'000'000'000;
/// A request that nobody answered may be carried out so much later: as reconcile has it.
inline constexpr TimeNs kSettleNs = 3'000 * kNsPerMs;
/// Of each kind of thing a report names so many.
inline constexpr size_t kNamedExamples = 20;
/// A decoded body: both products take 100 MB.
inline constexpr size_t kBodyBytes = size_t{256} << 20;

}  // namespace trafrec::plan::limits
