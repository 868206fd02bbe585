#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trafrec::tools {

/// A body for the eye: JSON indented, text as text, anything else as a hexdump; nothing in it can
/// drive a terminal. At most `bytes_max` of it (0: all), then a line that says how much more there
/// is. Ends with a line feed unless empty.
std::string BodyView(std::string_view body, size_t bytes_max);

/// JSON with line breaks and two blanks a level. Every token keeps its text: no number is read and
/// written again. Nothing if `text` is not one JSON object or array.
std::string IndentedJson(std::string_view text);

/// "00000000  48 65 6c 6c 6f 0a …  |Hello.|".
std::string Hexdump(std::string_view bytes);

}  // namespace trafrec::tools
