#include "reconcile/translog/node_state.h"

#include <string_view>
#include <utility>

#include "reconcile/translog/index_state.h"
#include "reconcile/translog/lucene_commit.h"
#include "reconcile/translog/smile.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGlobal = "meta-data";

/// The name of its only member.
std::string NameIn(const std::string& text) {
  const auto tree = json::Tree::Parse(text);
  if (!tree || tree->size() == 0 || tree->type(json::Tree::kRoot) != json::Type::kObject) {
    return "";
  }
  const auto members = tree->ChildrenOf(json::Tree::kRoot);
  return members.size() == 1 ? std::string(tree->KeyOf(members.front())) : std::string();
}

std::expected<NodeState, std::string> OfDocuments(const std::vector<std::string>& documents) {
  NodeState state{.whole = true};
  for (const std::string& document : documents) {
    auto text = JsonOfSmile(document);
    if (!text) {
      return std::unexpected(text.error());
    }
    const std::string name = NameIn(*text);
    if (name.empty()) {
      return std::unexpected("it has a document that is no state");
    }
    if (name == kGlobal) {
      state.global = std::move(*text);
    } else {
      state.indices.push_back(std::move(*text));
    }
  }
  if (state.global.empty()) {
    return std::unexpected("it has no state of the cluster");
  }
  return state;
}

std::expected<NodeState, std::string> OfFiles(const fs::path& folder) {
  NodeState state;
  const auto manifest = ReadLatestState(folder, "manifest");
  if (auto global = ReadLatestState(folder, "global")) {
    state.global = std::move(*global);
    state.whole = manifest.has_value();
  }
  std::error_code error;
  for (fs::directory_iterator it(folder / "indices", error), end; !error && it != end;
       it.increment(error)) {
    const std::string uuid = it->path().filename().string();
    // What the manifest does not name is left over from an index that was removed.
    if (state.whole && manifest->find('"' + uuid + '"') == std::string::npos) {
      continue;
    }
    if (auto index = ReadLatestState(it->path(), "state")) {
      state.indices.push_back(std::move(*index));
    } else {
      state.whole = false;
      state.nameless = true;
      if (index.error().code != ErrorCode::kNotFound) {
        state.unread.push_back(std::move(index).error().what);
      }
    }
  }
  return state;
}

}  // namespace

std::expected<NodeState, std::string> ReadNodeState(const fs::path& folder) {
  const auto documents = ReadLuceneIndex(folder / "_state");
  if (documents) {
    return OfDocuments(*documents);
  }
  return documents.error().empty()
             ? OfFiles(folder)
             : std::expected<NodeState, std::string>(std::unexpected(documents.error()));
}

std::string ClusterUuidOf(const NodeState& state) {
  const auto tree = json::Tree::Parse(state.global);
  if (!tree || tree->size() == 0) {
    return "";
  }
  const auto global = tree->Find(json::Tree::kRoot, kGlobal);
  const auto uuid = global ? tree->Find(*global, "cluster_uuid") : std::nullopt;
  return uuid ? tree->ScalarOf(*uuid).value_or("") : "";
}

}  // namespace trafrec::reconcile
