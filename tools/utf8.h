#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trafrec::tools {

/// One character at the front of `bytes`. A byte that begins no valid UTF-8 sequence (RFC 3629: no
/// overlong forms, no surrogates) has length 0.
struct Utf8Char {
  char32_t code = 0;
  size_t length = 0;
};

Utf8Char FirstUtf8Char(std::string_view bytes);

/// Fast on ASCII.
bool IsUtf8(std::string_view bytes);

/// What `bytes` cost on a terminal; valid UTF-8 only. Combining marks take no column, East Asian
/// wide characters and emoji take two.
size_t DisplayWidth(std::string_view text);

/// At most `columns` wide; what is cut is replaced by "…".
std::string ClipToWidth(std::string_view text, size_t columns);

}  // namespace trafrec::tools
