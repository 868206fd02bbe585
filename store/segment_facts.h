#pragma once

#include <filesystem>

#include "base/error.h"
#include "store/manifest.h"

namespace trafrec::store {

/// All that a manifest says of a sealed segment's content, from its rows. What it says of the bytes
/// is left out.
Result<Manifest> ReadSegmentFacts(const std::filesystem::path& segment);

}  // namespace trafrec::store
