#pragma once

#include <string>

namespace trafrec::tools {

/// Name, size and time of a regular file: what tells the same file from another one, without
/// reading it. "" for anything else.
std::string FileFacts(const std::string& file);

}  // namespace trafrec::tools
