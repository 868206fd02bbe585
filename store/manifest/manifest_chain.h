#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "store/crypto/signing.h"

namespace trafrec::store {

/// Writes the manifests that an attempt's sealed segments still lack, in order, each with the hash
/// of the one before, and head.json behind each. Ends at the first segment that is not sealed: what
/// follows waits for it. What a crash left half-done it completes, so it may be called again and
/// again. Signs if there is a key. One caller at a time an attempt; returns how many it wrote.
Result<uint32_t> ExtendChain(const std::filesystem::path& attempt_directory,
                             const crypto::SigningKey* key, unsigned threads);

/// The sealed segments that a crash left without a manifest. None where manifests were never made
/// (an older log), unless `begin`.
std::vector<std::filesystem::path> SegmentsWithoutManifest(
    const std::filesystem::path& attempt_directory, bool begin);

}  // namespace trafrec::store
