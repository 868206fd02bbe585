#include "reconcile/source/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "reconcile/source/json_place.h"
#include "reconcile/source/limits.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

using json::Tree;

using At = JsonPlace;

Result<Tree> Parse(std::string_view answer, std::string_view of) {
  auto tree = Tree::Parse(answer);
  if (!tree) {
    const bool large = answer.size() > size_t{1} << 20;
    return Fail(large ? ErrorCode::kUnsupported : ErrorCode::kCorrupt,
                fmt::format("the source's answer to {} is no JSON: {}", of, tree.error()),
                large ? "" : "name the source itself, or a proxy that hands on its answers");
  }
  return std::move(*tree);
}

std::unexpected<Error> Lacks(std::string_view of, std::string_view what) {
  return Fail(ErrorCode::kUnsupported, fmt::format("the source's answer to {} has no {}", of, what),
              "name the source itself, not a proxy that filters its answers");
}

std::string ReasonOf(const At& error) {
  const std::string type = error["type"].Text();
  const std::string reason = error["reason"].Text().substr(0, limits::kShownReasonBytes);
  return type.empty() ? error.Text() : reason.empty() ? type : type + ": " + reason;
}

DocumentState StateOf(const At& document) {
  DocumentState state;
  if (const At error = document["error"]; error.exists()) {
    state.reason = ReasonOf(error);
    return state;
  }
  if (document["found"].Is(json::Type::kFalse)) {
    state.kind = DocumentState::Kind::kMissing;
    return state;
  }
  if (!document["found"].Is(json::Type::kTrue)) {
    state.reason = "the source does not say whether it is there";
    return state;
  }
  state.kind = DocumentState::Kind::kFound;
  state.version = document["_version"].Number();
  state.seq_no = document["_seq_no"].Number();
  state.primary_term = document["_primary_term"].Number();
  state.routing = document["_routing"].Text();
  state.source = document["_source"].Raw();
  return state;
}

std::optional<int64_t> Sum(std::optional<int64_t> a, std::optional<int64_t> b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

void AddPositions(const std::string& index, const At& stats, std::vector<ShardPosition>& found) {
  for (const At& shard : stats["shards"].Children()) {
    const auto number = At::NumberIn(shard.Key());
    for (const At& copy : shard.Children()) {
      const At numbers = copy["seq_no"];
      const auto max = numbers["max_seq_no"].Number();
      const auto local = numbers["local_checkpoint"].Number();
      const auto global = numbers["global_checkpoint"].Number();
      if (number && max && local && global) {
        found.push_back({.index = index,
                         .index_uuid = stats["uuid"].Text(),
                         .shard = static_cast<uint32_t>(*number),
                         .primary = copy["routing"]["primary"].Is(json::Type::kTrue),
                         .max_seq_no = *max,
                         .local_checkpoint = *local,
                         .global_checkpoint = *global,
                         .writes = Sum(copy["indexing"]["index_total"].Number(),
                                       copy["indexing"]["delete_total"].Number())});
      }
    }
  }
}

}  // namespace

Result<SourceIdentity> ReadIdentity(std::string_view answer) {
  TRY_ASSIGN(const Tree tree, Parse(answer, "GET /"));
  const At root(tree);
  SourceIdentity identity{.cluster_uuid = root["cluster_uuid"].Text(),
                          .cluster_name = root["cluster_name"].Text(),
                          .product = root["version"]["distribution"].Text(),
                          .version = root["version"]["number"].Text()};
  if (identity.cluster_uuid.empty()) {
    return Lacks("GET /", "cluster_uuid");
  }
  if (identity.product.empty()) {
    identity.product.assign("elasticsearch");
  }
  return identity;
}

std::optional<VersionId> VersionOf(const SourceIdentity& identity) {
  std::array<uint32_t, 3> parts{};
  const char* at = identity.version.data();
  const char* last = at + identity.version.size();
  for (uint32_t& part : parts) {
    const auto [end, error] = std::from_chars(at, last, part);
    if (error != std::errc() || (&part != &parts.back() && (end == last || *end != '.'))) {
      return std::nullopt;
    }
    at = end + 1;
  }
  const auto make =
      identity.product == "opensearch" ? VersionId::OpenSearch : VersionId::Elasticsearch;
  return make(parts[0], parts[1], parts[2]);
}

Result<std::vector<DocumentState>> ReadDocuments(std::string_view answer,
                                                 std::span<const DocumentQuestion> questions) {
  TRY_ASSIGN(const Tree tree, Parse(answer, "_mget"));
  std::vector<DocumentState> states;
  for (const At& document : At(tree)["docs"].Children()) {
    const At id = document["_id"];
    if (states.size() < questions.size() && id.exists() &&
        id.Text() != questions[states.size()].id) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the source was asked for document {} and answers with {}",
                              questions[states.size()].id, id.Text()),
                  "name the source itself, or a proxy that hands on its answers");
    }
    states.push_back(StateOf(document));
  }
  if (states.size() != questions.size()) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the source was asked for {} documents and answers {}",
                            questions.size(), states.size()),
                "name the source itself, or a proxy that hands on its answers");
  }
  return states;
}

Result<std::vector<NumberedDocument>> ReadHits(std::string_view answer) {
  TRY_ASSIGN(const Tree tree, Parse(answer, "a search"));
  const At root(tree);
  // One shard was asked.
  if (root["_shards"]["successful"].Number() != 1 || root["_shards"]["failed"].Number() != 0 ||
      !root["timed_out"].Is(json::Type::kFalse)) {
    return Fail(ErrorCode::kIo, "the source's search did not come to its end",
                "ask again when its shards are well");
  }
  if (!root["hits"]["hits"].Is(json::Type::kArray)) {
    return Lacks("a search", "hits");
  }
  std::vector<NumberedDocument> found;
  for (const At& hit : root["hits"]["hits"].Children()) {
    const auto seq_no = hit["_seq_no"].Number();
    const auto primary_term = hit["_primary_term"].Number();
    const auto version = hit["_version"].Number();
    if (!seq_no || !primary_term || !version) {
      return Lacks("a search", "_seq_no, _primary_term and _version");
    }
    found.push_back({.id = hit["_id"].Text(),
                     .routing = hit["_routing"].Text(),
                     .seq_no = *seq_no,
                     .primary_term = *primary_term,
                     .version = *version,
                     .source = hit["_source"].Raw()});
  }
  return found;
}

Result<std::vector<ShardPosition>> ReadPositions(std::string_view answer) {
  TRY_ASSIGN(const Tree tree, Parse(answer, "_stats"));
  const At indices = At(tree)["indices"];
  if (!indices.exists()) {
    return Lacks("_stats", "indices");
  }
  std::vector<ShardPosition> found;
  for (const At& index : indices.Children()) {
    AddPositions(index.Key(), index, found);
  }
  return found;
}

Result<std::vector<ShardRecovery>> ReadRecoveries(std::string_view answer) {
  TRY_ASSIGN(const Tree tree, Parse(answer, "_recovery"));
  std::vector<ShardRecovery> found;
  for (const At& index : At(tree).Children()) {
    for (const At& shard : index["shards"].Children()) {
      const auto number = shard["id"].Number();
      if (number && shard["primary"].Is(json::Type::kTrue)) {
        found.push_back({.index = index.Key(),
                         .shard = static_cast<uint32_t>(*number),
                         .type = shard["type"].Text(),
                         .stage = shard["stage"].Text(),
                         .snapshot = shard["source"]["snapshot"].Text(),
                         .snapshot_index = shard["source"]["index"].Text()});
      }
    }
  }
  return found;
}

Result<int64_t> ReadCount(std::string_view answer) {
  TRY_ASSIGN(const Tree tree, Parse(answer, "_count"));
  const At root(tree);
  const auto count = root["count"].Number();
  if (!count || root["_shards"]["failed"].Number() != 0) {
    return Lacks("_count", "count of all shards");
  }
  return *count;
}

Result<std::vector<RunningWrite>> ReadTasks(std::string_view answer) {
  TRY_ASSIGN(const Tree tree, Parse(answer, "_tasks"));
  const At nodes = At(tree)["nodes"];
  if (!nodes.exists()) {
    return Lacks("_tasks", "nodes");
  }
  if (At(tree)["node_failures"].exists()) {
    return Fail(ErrorCode::kIo, "not all nodes of the source say which tasks they run",
                "ask again when they are well");
  }
  std::vector<RunningWrite> found;
  for (const At& node : nodes.Children()) {
    for (const At& task : node["tasks"].Children()) {
      found.push_back({.id = task.Key(),
                       .action = task["action"].Text(),
                       .what = task["description"].Text(),
                       .started_ms = task["start_time_in_millis"].Number().value_or(0),
                       .running_ns = task["running_time_in_nanos"].Number().value_or(0)});
    }
  }
  return found;
}

Result<std::set<std::string>> ReadAddresses(std::string_view answer) {
  TRY_ASSIGN(const Tree tree, Parse(answer, "_nodes/http"));
  const At nodes = At(tree)["nodes"];
  if (!nodes.exists()) {
    return Lacks("_nodes/http", "nodes");
  }
  std::set<std::string> addresses;
  for (const At& node : nodes.Children()) {
    addresses.insert(node["http"]["publish_address"].Text());
    for (const At& bound : node["http"]["bound_address"].Children()) {
      addresses.insert(bound.Text());
    }
  }
  return addresses;
}

std::string ReasonIn(std::string_view body) {
  const auto tree = Tree::Parse(body);
  const std::string reason = tree ? ReasonOf(At(*tree)["error"]) : std::string();
  return reason.empty() ? "" : " (" + reason + ")";
}

}  // namespace trafrec::reconcile
