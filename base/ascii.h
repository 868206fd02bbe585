#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

// Text of protocols: what is not ASCII stays as it is, whatever the locale.

namespace trafrec {

constexpr char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return LowerCase(c); });
  return lower;
}

/// Whether two texts are the same but for case.
inline bool SameButForCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return LowerCase(x) == LowerCase(y); });
}

/// Without `blanks` at either end. A view of `text`, also where nothing is left.
constexpr std::string_view Trimmed(std::string_view text, std::string_view blanks = " \t") {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Takes the first line off `rest`: it is what stands before LF or CRLF, or all there is.
constexpr std::string_view TakeLine(std::string_view& rest) {
  const size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  line.remove_suffix(line.ends_with('\r') ? 1 : 0);
  return line;
}

}  // namespace trafrec
