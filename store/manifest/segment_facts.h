#pragma once

#include <filesystem>

#include "base/error.h"
#include "store/db/database.h"
#include "store/manifest/manifest.h"

namespace trafrec::store {

/// All that a manifest says of a sealed segment's content, from its rows. What it says of the bytes
/// is left out.
Result<Manifest> ReadSegmentFacts(const std::filesystem::path& segment);

/// The facts of its attempt, as the segment knows them.
Status ReadAttemptFacts(db::Database& segment, Manifest& manifest);
/// As of its last commit: what was written, and what of that survives a power loss.
Status ReadMarks(db::Database& segment, Marks& written, Marks& durable);
/// Counts, and the ranges of numbers and times.
Status ReadSegmentCounts(db::Database& segment, Manifest& manifest);

}  // namespace trafrec::store
