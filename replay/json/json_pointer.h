#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace trafrec::json {

/// `text` with `value`, which is JSON text, at the place of a pointer (RFC 6901): instead of what
/// is there, as a new member of an object, or behind the last element of an array ("-"). All other
/// bytes stay as they are. Else why not, in words.
std::expected<std::string, std::string> SetAt(std::string_view text, std::string_view pointer,
                                              std::string_view value);

}  // namespace trafrec::json
