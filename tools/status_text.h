#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "control/message.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// What a recorder says of itself, for people: lines of at most `width` columns without their ends.
/// At most `talkers` of each kind.
std::vector<std::string> StatusLines(const control::Json& status, size_t width, size_t talkers,
                                     const Paint& paint);

/// One line for a file or a pipe that is watched.
std::string StatusLine(const control::Json& status);

}  // namespace trafrec::tools
