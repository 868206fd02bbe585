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

/// The latest state in an index's folder (the one above its shards): _state/state-N.st. kNotFound
/// if it has none: a copy may hold translogs only.
Result<IndexSettings> ReadIndexFolder(const std::filesystem::path& folder);

}  // namespace trafrec::reconcile
