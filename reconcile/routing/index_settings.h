#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "reconcile/routing/index_routing.h"

// What the source says of its indices, as far as a document's shard and history follow from it.

namespace trafrec::reconcile {

/// What is not said is nothing, and never guessed.
struct IndexSettings {
  std::string name{};
  std::string uuid{};
  std::optional<uint32_t> shards{};
  /// Of an index that exists only the cluster state's metadata say it, and since version 7, or the
  /// source's files; else the request that makes one, if its user cared.
  std::optional<uint32_t> routing_shards{};
  std::optional<uint32_t> partition_size{};
  std::optional<VersionId> created{};
  std::optional<TimeNs> made_at{};  ///< by the source's clock
  /// Made by split, shrink or clone: its routing_shards are not the default ones.
  bool resized = false;
  bool gc_deletes_set = false;  ///< deletions are not remembered for as long as usual
  /// That its documents pass unless a request says otherwise.
  std::vector<std::string> pipelines{};
  std::map<uint32_t, int64_t> primary_terms{};  ///< by shard; of the cluster state
};

/// How sure the routing is.
enum class RoutingBasis : uint8_t {
  kStated,   ///< the source said it
  kDefault,  ///< routing_shards are what an index of that version gets; its maker may have asked
             ///< for others
};

struct KnownRouting {
  IndexRouting routing;
  RoutingBasis basis = RoutingBasis::kStated;
};

/// `product` is the source's version, for requests that make an index: they do not say it. A new
/// index without number_of_shards gets them from a template that may not be known: nothing.
std::optional<KnownRouting> RoutingOf(const IndexSettings& settings,
                                      std::optional<VersionId> product = {});

/// The answer of `_cluster/state` with metadata. Empty if it has none, or is no JSON.
std::vector<IndexSettings> ReadClusterState(std::string_view answer);
/// The answer of `INDEX/_settings` or `GET INDEX`, flat or not; or the state of an index as the
/// source's files have it.
std::vector<IndexSettings> ReadSettingsAnswer(std::string_view answer);
/// The body of a request that makes an index, also by split, shrink or clone (then `resized` is
/// set by the caller, who knows the path); nothing if it is no JSON object. "" is a body, too.
std::optional<IndexSettings> ReadCreation(std::string_view name, std::string_view body);

}  // namespace trafrec::reconcile
