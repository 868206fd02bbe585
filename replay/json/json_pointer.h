#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/json/json_tree.h"

namespace trafrec::json {

/// What stands between the slashes of a pointer (RFC 6901), without escapes; none of "". A pointer
/// that does not begin with a slash is read as if its first character were one.
std::vector<std::string> TokensOf(std::string_view pointer);
/// Goes one step down: "/a" and "b/c" is "/a/b~1c".
void AppendToken(std::string& pointer, std::string_view token);

/// What is at the place of a pointer; nothing if there is nothing.
std::optional<uint32_t> NodeAt(const Tree& tree, std::string_view pointer);

/// `text` with `value`, which is JSON text, at the place of a pointer (RFC 6901): instead of what
/// is there, as a new member of an object, or behind the last element of an array ("-"). All other
/// bytes stay as they are. Else why not, in words.
std::expected<std::string, std::string> SetAt(std::string_view text, std::string_view pointer,
                                              std::string_view value);

}  // namespace trafrec::json
