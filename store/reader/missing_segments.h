#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// Segments that have a manifest and no file, though nobody deleted them on purpose: a copy of a
/// log without all of its files.
struct MissingSegments {
  uint64_t segments = 0;
  uint64_t exchanges = 0;  ///< as far as their manifests can be read
};

Result<MissingSegments> FindMissing(const SegmentFiles& files, const AttemptKey& attempt);
/// Of all attempts; of several folders it counts what none of them has.
Result<MissingSegments> FindMissing(const std::vector<std::filesystem::path>& folders);

}  // namespace trafrec::store
