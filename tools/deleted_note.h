#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace trafrec::tools {

/// Says on standard error what of a log that was just read is not there any more, if anything:
/// segments that retention deleted, and segments of which only the manifest is there.
void PrintDeletedNote(const std::vector<std::filesystem::path>& folders);

/// Says there that a follower came too late for so many exchanges; `at_most`: or for fewer.
void PrintMissedNote(uint64_t exchanges, bool at_most);

}  // namespace trafrec::tools
