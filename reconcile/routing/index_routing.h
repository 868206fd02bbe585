#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// The shard of a document: Elasticsearch 6.8 and later, and OpenSearch, compute it alike.

namespace trafrec::reconcile {

/// How an index spreads its documents.
struct IndexRouting {
  uint32_t shards = 1;
  /// Into how many parts the hashes are cut; a multiple of `shards`. It outlives a split or a
  /// shrink.
  uint32_t routing_shards = 1;
  /// Shards among which one routing value is spread by the ids.
  uint32_t partition_size = 1;

  bool valid() const {
    return shards > 0 && routing_shards >= shards && routing_shards % shards == 0 &&
           routing_shards <= INT32_MAX && partition_size > 0 &&
           (partition_size == 1 || partition_size < routing_shards);
  }
  bool operator==(const IndexRouting&) const = default;
};

/// The source's hash of an id or routing value: MurmurHash3_x86_32 of its UTF-16LE, with seed 0.
/// Nothing for what is no UTF-8.
std::optional<int32_t> RoutingHash(std::string_view utf8);

/// The shard of a document. `routing` is "" if it has none, as both products take an empty one.
/// Nothing if ids are no UTF-8, the routing is not valid(), or a partitioned index got no routing:
/// the source refuses such.
std::optional<uint32_t> ShardOf(const IndexRouting& index, std::string_view id,
                                std::string_view routing);

/// `index.version.created`, or the version of a product as that has it: 7.10.2 is 7100299, with
/// OpenSearch's mark for OpenSearch.
struct VersionId {
  uint32_t value = 0;

  static VersionId Elasticsearch(uint32_t major, uint32_t minor, uint32_t revision);
  static VersionId OpenSearch(uint32_t major, uint32_t minor, uint32_t revision);
  /// Whether new indices are made so that they can be split: Elasticsearch 7 and later, OpenSearch.
  bool SplitsByDefault() const;
  /// Whether it acts on a bulk before all of it has come: Elasticsearch from 8.16 on.
  bool StreamsBulks() const;
};

/// What an index gets that is made without number_of_routing_shards.
uint32_t DefaultRoutingShards(uint32_t shards, VersionId created);

/// What an index gets that is made from `source` by split, shrink or clone. `asked` is the
/// request's number_of_routing_shards, which only the split of a single shard may have.
IndexRouting Resized(const IndexRouting& source, uint32_t shards, VersionId created,
                     std::optional<uint32_t> asked = {});

/// A document whose shard is known from elsewhere.
struct PlacedDocument {
  std::string id;
  std::string routing{};
  uint32_t shard = 0;
};

/// The one number of routing shards under which all of `documents` are where they are, up to
/// limits::kRoutingShards; nothing if several or none are. Version 6.8 says the number nowhere;
/// some hundred documents leave one.
std::optional<IndexRouting> FittingRouting(uint32_t shards, uint32_t partition_size,
                                           std::span<const PlacedDocument> documents);

}  // namespace trafrec::reconcile
