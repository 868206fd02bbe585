#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "reconcile/routing/index_settings.h"
#include "reconcile/source/answers.h"
#include "reconcile/source/source_link.h"
#include "reconcile/source/source_types.h"

namespace trafrec::reconcile {

/// A live Elasticsearch or OpenSearch, asked what became of open questions: few requests, many
/// questions in each, no faster than the pace. Reads only, but for Refresh. One thread; each call
/// waits for its answers.
class LiveSource {
 public:
  /// Asks who it is. With `cluster_uuid`, an Error if it is another cluster.
  static Result<LiveSource> Open(const send::Target& target, std::string_view cluster_uuid = {},
                                 SourcePace pace = SourcePace::Usual());

  /// An Error if it is another cluster; "" is any.
  Status RequireCluster(std::string_view cluster_uuid) const;

  const SourceIdentity& identity() const { return identity_; }
  /// As new indices are marked with; nothing if it calls its version otherwise than 1.2.3.
  std::optional<VersionId> version() const { return VersionOf(identity_); }

  /// Name, UUID, shards and primary terms of these indices, of all if none is named; by name. Those
  /// that are not there are left out.
  Result<std::vector<IndexSettings>> Indices(std::span<const std::string> names);
  /// How documents of an index are spread. Where the source does not say it (6.8), it is learned
  /// from some documents; nothing if there are too few.
  Result<std::optional<IndexRouting>> RoutingOfIndex(const IndexSettings& settings);

  /// The documents as they are now, in the order of the questions.
  Result<std::vector<DocumentState>> Documents(std::span<const DocumentQuestion> questions);
  /// The documents of a shard whose last operation has one of these numbers, by number. Sees what
  /// was refreshed.
  Result<std::vector<NumberedDocument>> DocumentsByNumber(const std::string& index, uint32_t shard,
                                                          std::span<const SeqNoRange> ranges);
  /// Makes what was written visible to DocumentsByNumber. The one thing that changes the source:
  /// it writes what it has in memory, as it does by itself each second.
  Status Refresh(const std::string& index);

  /// All copies of all shards of these indices, of all if none is named.
  Result<std::vector<ShardPosition>> Positions(std::span<const std::string> names);
  /// How the primaries of these indices, of all if none is named, came to their nodes.
  Result<std::vector<ShardRecovery>> Recoveries(std::span<const std::string> names);
  /// How many documents an index has that were refreshed.
  Result<int64_t> Count(const std::string& index);
  /// Writes that run now: what is not among them, and began earlier, has ended.
  Result<std::vector<RunningWrite>> RunningWrites();

  /// What a GET answers; nothing for 404.
  Result<std::optional<std::string>> Look(const std::string& target);
  /// Where its nodes themselves are asked, as "10.0.0.1:9200".
  Result<std::set<std::string>> Addresses();

  uint64_t requests() const { return link_->requests(); }

 private:
  explicit LiveSource(std::unique_ptr<SourceLink> link) : link_(std::move(link)) {}
  Status AskDocuments(std::span<const DocumentQuestion> questions,
                      std::vector<DocumentState>& states);

  std::unique_ptr<SourceLink> link_;
  std::string url_;
  SourceIdentity identity_;
};

}  // namespace trafrec::reconcile
