#include "tools/shell_quote.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

bool IsSafeWord(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_-./:@%+=,") == std::string_view::npos;
}

std::string SingleQuoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

/// "$(printf '…')" with every byte that is not printable ASCII in octal.
std::string Printed(std::string_view bytes) {
  std::string format;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(format), "\\{:03o}", byte);
    } else if (c == '%' || c == '\\') {
      format += {c, c};
    } else {
      format += c;
    }
  }
  return "\"$(printf " + SingleQuoted(format) + ")\"";
}

}  // namespace

bool IsPlainForShell(std::string_view bytes) {
  return EscapeForTerminal(bytes, /*keep_lines=*/true) == bytes;
}

std::string ShellQuoted(std::string_view bytes) {
  if (IsSafeWord(bytes)) {
    return std::string(bytes);
  }
  return IsPlainForShell(bytes) ? SingleQuoted(bytes) : Printed(bytes);
}

}  // namespace trafrec::tools
