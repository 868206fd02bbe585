#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/time.h"
#include "store/crypto/signing.h"

namespace trafrec::store {

/// How much of its past a recorder keeps. Nothing given: all of it.
struct RetentionPolicy {
  std::optional<uint64_t> bytes_max{};  ///< of all segment files of the recorder
  std::optional<int64_t> age_max_ms{};  ///< since the last record of a segment

  bool any() const { return bytes_max || age_max_ms; }
};

/// Deletes a recorder's oldest sealed segments, over all its attempts, until what is left fits the
/// policy. Each leaves its manifest, and a tombstone beside it that is on disk before the segment
/// goes: what a crash leaves half-done, the next call completes. A segment without a manifest is
/// not deleted, and neither is any younger one. A reader that has a segment open keeps its file.
/// Returns how many segments were deleted.
Result<uint32_t> ApplyRetention(const std::filesystem::path& recorder_directory,
                                const RetentionPolicy& policy, TimeNs now,
                                const crypto::SigningKey* key);

}  // namespace trafrec::store
