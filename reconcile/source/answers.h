#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "reconcile/routing/index_routing.h"
#include "reconcile/source/source_types.h"

// The source's answers, taken apart. An Error says why an answer is not what was asked for.

namespace trafrec::reconcile {

/// Of `/`.
Result<SourceIdentity> ReadIdentity(std::string_view answer);
/// As new indices are marked with; nothing if it calls its version otherwise than 1.2.3.
std::optional<VersionId> VersionOf(const SourceIdentity& identity);
/// Of an mget, one for each question. An Error if it speaks of others.
Result<std::vector<DocumentState>> ReadDocuments(std::string_view answer,
                                                 std::span<const DocumentQuestion> questions);
/// Of a search of one shard.
Result<std::vector<NumberedDocument>> ReadHits(std::string_view answer);
/// Of `_stats?level=shards`; copies that do not say their numbers are left out.
Result<std::vector<ShardPosition>> ReadPositions(std::string_view answer);
/// Of `_recovery`: how each primary came to be where it is.
Result<std::vector<ShardRecovery>> ReadRecoveries(std::string_view answer);
/// Of `_count`.
Result<int64_t> ReadCount(std::string_view answer);
/// Of `_tasks`.
Result<std::vector<RunningWrite>> ReadTasks(std::string_view answer);

/// Of `_nodes/http`: where the nodes themselves are asked, as "10.0.0.1:9200".
Result<std::set<std::string>> ReadAddresses(std::string_view answer);

/// " (index_not_found_exception: no such index [a])" of an error's body; "" if it gives no reason.
std::string ReasonIn(std::string_view body);

}  // namespace trafrec::reconcile
