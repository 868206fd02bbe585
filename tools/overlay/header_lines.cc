#include "tools/overlay/header_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/terminal.h"

namespace trafrec::tools {

bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

Status AppendHeader(std::string& fields, std::string_view name, std::string_view value) {
  if (!IsToken(name)) {
    return Fail(ErrorCode::kUsage,
                fmt::format("'{}' is no name of a header", EscapeForTerminal(name)),
                "as in: Content-Type: application/json");
  }
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return Fail(ErrorCode::kUsage, fmt::format("the value of {} has a line end, or a zero", name),
                "give each header on its own");
  }
  fields.append(name).append(": ").append(value).append("\r\n");
  return {};
}

Status AppendHeaderLine(std::string& fields, std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is no header", EscapeForTerminal(line)),
                "as in: Content-Type: application/json");
  }
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) {
    value.remove_prefix(1);
  }
  while (value.ends_with(' ') || value.ends_with('\t')) {
    value.remove_suffix(1);
  }
  return AppendHeader(fields, line.substr(0, colon), value);
}

}  // namespace trafrec::tools
