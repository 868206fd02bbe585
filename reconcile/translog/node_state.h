#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace trafrec::reconcile {

/// What a node's data folder says of its cluster, as JSON.
struct NodeState {
  /// {"meta-data": …}: templates, lasting settings, and more; "" if the folder does not have it.
  std::string global{};
  std::vector<std::string> indices{};  ///< {"NAME": …} each
  bool whole = false;                  ///< the cluster has no other indices
  bool nameless = false;               ///< there are indices of which it does not say the name
  /// Why files of such could not be read, where they are there.
  std::vector<std::string> unread{};
};

/// Reads the state in `folder` (the one above "indices"): an index of Lucene in its _state, since
/// Elasticsearch 7.10, or a file for the cluster and one for each index, up to 7.5. A copy may hold
/// the latter alone; then it is not whole. Why it cannot be read, if it cannot.
std::expected<NodeState, std::string> ReadNodeState(const std::filesystem::path& folder);

/// The UUID of the cluster whose state it is; "" if it does not say so.
std::string ClusterUuidOf(const NodeState& state);

}  // namespace trafrec::reconcile
