#pragma once

#include <string>

namespace trafrec::tools {

/// Says on standard error what retention deleted of a log that was just read, if anything.
void PrintDeletedNote(const std::string& log);

}  // namespace trafrec::tools
