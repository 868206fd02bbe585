#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/json_object.h"

namespace trafrec::tools {

/// How far one copy of a shard is, as `_stats?level=shards` says it. Not known: nothing.
struct ShardCopy {
  std::string index;
  std::string shard;
  std::string node;
  bool primary = false;
  std::optional<int64_t> max_seq_no;
  std::optional<int64_t> local_checkpoint;
  std::optional<int64_t> global_checkpoint;
};

/// What identifies an index and its history, as the cluster state's metadata say it.
struct IndexIdentity {
  std::string uuid;
  std::optional<int64_t> routing_num_shards;
  std::map<int64_t, int64_t> primary_terms;  ///< by shard
};

/// The document that a mutating sentinel wrote.
struct WrittenDocument {
  std::string index;
  std::string id;
  std::optional<int64_t> seq_no;
  std::optional<int64_t> primary_term;
};

/// What an answer of Elasticsearch or OpenSearch to a sentinel says of the source.
struct SourceState {
  std::vector<ShardCopy> shards;
  std::map<std::string, IndexIdentity> indices;
  std::optional<WrittenDocument> written;
  std::string trouble;  ///< why it says nothing: "the answer is no JSON"
};

SourceState ParseSourceState(std::string_view answer);

/// Lines of text, indented; names come from the wire and are escaped.
std::string SourceStateInWords(const SourceState& state);
/// `shards`, `indices` and `written`.
void AppendSourceStateJson(JsonAppender& json, const SourceState& state);

}  // namespace trafrec::tools
