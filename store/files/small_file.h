#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

// Small files that are read and written whole: manifests, tombstones, the summary.

namespace trafrec::store {

/// The file holds either what it held before or all of `text`, also after a crash or power loss:
/// written under a name of its own, synced, renamed, and the directory synced.
Status ReplaceFile(const std::filesystem::path& path, std::string_view text);

/// All bytes of a file. kNotFound if there is none, kCorrupt if it is larger than
/// limits::kSmallFileBytes.
Result<std::string> ReadSmallFile(const std::filesystem::path& path);

}  // namespace trafrec::store
