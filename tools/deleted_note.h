#pragma once

#include <filesystem>
#include <vector>

namespace trafrec::tools {

/// Says on standard error what retention deleted of a log that was just read, if anything.
void PrintDeletedNote(const std::vector<std::filesystem::path>& folders);

}  // namespace trafrec::tools
