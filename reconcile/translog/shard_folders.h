#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace trafrec::reconcile {

/// Where one copy of a shard has its translog.
struct ShardFolder {
  std::string index_uuid;
  uint32_t shard = 0;
  std::filesystem::path translog;

  /// The node's data folder, in which that copy has its state; "" if only shards were copied.
  std::filesystem::path node() const {
    const std::filesystem::path indices = translog.parent_path().parent_path().parent_path();
    return indices.filename() == "indices" ? indices.parent_path() : std::filesystem::path();
  }

  auto operator<=>(const ShardFolder&) const = default;
};

/// All of UUID/SHARD/translog in `data_path` and below it (the products have nodes/0/indices or
/// indices above that), or in its own name; by index and shard. Several copies of a shard are told
/// one by one. An Error if there is none.
Result<std::vector<ShardFolder>> FindShards(const std::filesystem::path& data_path);

}  // namespace trafrec::reconcile
