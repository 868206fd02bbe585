#pragma once

#include <filesystem>
#include <vector>

#include "store/reader/log_reader_files.h"
#include "store/repair/repair.h"

namespace trafrec::store {

/// Rebuilds the segments of one attempt, under their numbers, in `to`. What is left out is added to
/// the report. Fails only if the new ones cannot be written.
Status RebuildAttempt(const AttemptKey& attempt, const std::vector<SegmentFile>& segments,
                      const std::filesystem::path& to, const Identities& identities,
                      RepairReport& report);

}  // namespace trafrec::store
