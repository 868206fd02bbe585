#pragma once

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "reconcile/history/history.h"
#include "reconcile/note.h"

namespace trafrec::reconcile {

/// What a copy of the source's data told.
struct TranslogEvidence {
  uint64_t shards = 0;      ///< whose index is one of the log's
  uint64_t operations = 0;  ///< that became facts
  std::vector<Note> notes{};
};

/// Adds to the facts what translogs below `data_path` hold of the log's indices: every operation of
/// a shard with its number, document and source. An index is told by its UUID if the log has it,
/// else by the numbers that its answers named.
Result<TranslogEvidence> AddTranslogs(const std::filesystem::path& data_path, History& history);

}  // namespace trafrec::reconcile
