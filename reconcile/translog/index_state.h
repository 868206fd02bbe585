#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "reconcile/routing/index_settings.h"

namespace trafrec::reconcile {

/// What a file of the source says of an index: its name, UUID, routing and primary terms. Why it
/// says nothing, if it does not.
std::expected<IndexSettings, std::string> ReadIndexState(std::string_view file);

/// What a file of state holds (state-N.st of an index, global-N.st and manifest-N.st of a node), as
/// JSON. Why it cannot be read, if it cannot.
std::expected<std::string, std::string> ReadStateFile(std::string_view file);

/// The same of the latest file PREFIX-N.st in `folder`/_state; kNotFound if it has none.
Result<std::string> ReadLatestState(const std::filesystem::path& folder, std::string_view prefix);

/// The latest state in an index's folder (the one above its shards): _state/state-N.st. kNotFound
/// if it has none: a copy may hold translogs only.
Result<IndexSettings> ReadIndexFolder(const std::filesystem::path& folder);

}  // namespace trafrec::reconcile
