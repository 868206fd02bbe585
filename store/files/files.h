#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/error.h"

// What the store does with whole files, as sentences in the log's errors. All through file_calls.h.

namespace trafrec::store {

/// Makes the content of a file survive a power loss.
Status SyncFile(const std::filesystem::path& path);

/// Makes the entries of a directory survive a power loss.
Status SyncDirectory(const std::filesystem::path& directory);

/// Makes a file of these bytes, or replaces one, and syncs it.
Status WriteSynced(const std::filesystem::path& path, std::string_view bytes);

/// One that is not there is no failure.
Status RemoveFile(const std::filesystem::path& path);

/// Makes a directory that survives a power loss; its parent must be there. One that exists is no
/// failure.
Status MakeDirectory(const std::filesystem::path& path);

/// With its parents. Each one that is made survives a power loss.
Status MakeDirectories(const std::filesystem::path& path);

struct DiskSpace {
  uint64_t free_bytes = 0;  ///< for those who are not root
  uint64_t all_bytes = 0;
};
/// Nothing if the system does not say.
std::optional<DiskSpace> SpaceOn(const std::filesystem::path& path);

}  // namespace trafrec::store
