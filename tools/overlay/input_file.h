#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trafrec::tools {

/// All bytes of a file that a person names; "-" is standard input. kUsage beyond
/// limits::kOverlayInputBytes.
Result<std::string> ReadInput(const std::string& path);

/// Calls `take` with each line that is not empty, without its end, and its number from 1 on. Its
/// Error ends it, with the file and the line in front.
Status ForEachLine(const std::string& path,
                   const std::function<Status(std::string_view line)>& take);

}  // namespace trafrec::tools
