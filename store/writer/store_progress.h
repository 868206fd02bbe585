#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/lag_histogram.h"
#include "store/files/files.h"

namespace trafrec::store {

/// A look at the log's writing end while it works.
struct StoreProgress {
  LagCounts commit_lag;            ///< from a frame's first record to the frame's commit
  LagCounts sync_time;             ///< live: what a sync of the open segment took
  LagCounts seal_lag;              ///< from a segment's end to its seal and manifest
  double queue_fill = 0;           ///< of the queue towards the disk, 0 … 1
  uint64_t failed_syncs = 0;       ///< after one, what is written may not survive a power loss
  uint64_t reserve_bytes = 0;      ///< held on the disk for the last rows; 0: given up
  std::optional<DiskSpace> disk;   ///< live: as the writer saw it last
  uint64_t sealed_segments = 0;    ///< of this attempt
  uint64_t unsealed_segments = 0;  ///< ended, and not sealed yet
  int64_t oldest_unsealed_ns = 0;  ///< since the oldest of them ended
  /// Why a segment cannot be sealed, got no manifest or was not deleted in time; nothing once a
  /// later try succeeds.
  std::optional<Error> keeping_failure;
};

}  // namespace trafrec::store
