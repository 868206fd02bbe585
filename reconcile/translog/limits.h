#pragma once

#include <cstddef>
#include <cstdint>

namespace trafrec::reconcile::limits {

/// One operation of a translog. A request may have 100 MB (http.max_content_length), which a
/// document hardly exceeds; a size beyond this is damage.
inline constexpr uint32_t kTranslogOperationBytes = uint32_t{256} << 20;
/// A translog's UUID in a header; it has 22 characters.
inline constexpr uint32_t kTranslogUuidBytes = 256;
/// A checkpoint; it has less than 100 bytes.
inline constexpr size_t kCheckpointBytes = 4'096;
/// Damages that are told one by one; the rest is counted.
inline constexpr size_t kTranslogDamages = 100;
/// Folders in folders below a data path: nodes/0/indices/UUID/SHARD/translog has 6.
inline constexpr int kDataFolderDepth = 10;
/// Folders that are looked at below a data path. A node has at most some thousands of shards, of 3
/// folders each.
inline constexpr size_t kDataFolders = 200'000;

/// The state of an index on disk: its mapping is compressed, and has some megabytes if it is huge.
inline constexpr size_t kIndexStateBytes = size_t{64} << 20;
/// Containers in each other in that state: settings in an index have 4.
inline constexpr size_t kSmileDepth = 100;

}  // namespace trafrec::reconcile::limits
