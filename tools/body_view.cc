#include "tools/body_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// A larger JSON is shown as text: indenting it would help nobody.
constexpr size_t kJsonBytesMax = size_t{4} << 20;
/// A hexdump takes five times the bytes on the screen.
constexpr size_t kHexShare = 16;

void NewLine(std::string& out, size_t depth) { out += "\n" + std::string(2 * depth, ' '); }

/// Length of the string token at the front, quotes included; valid JSON only.
size_t StringLength(std::string_view text) {
  size_t i = 1;
  while (text[i] != '"') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return i + 1;
}

bool IsJsonBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

char FirstTokenAfter(std::string_view text) {
  for (const char c : text) {
    if (!IsJsonBlank(c)) {
      return c;
    }
  }
  return 0;
}

std::string Indented(std::string_view text) {
  std::string out;
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const size_t length = StringLength(text.substr(i));
      out += text.substr(i, length);
      i += length - 1;
    } else if (c == '{' || c == '[') {
      out += c;
      const char next = FirstTokenAfter(text.substr(i + 1));
      ++depth;
      if (next != '}' && next != ']') {
        NewLine(out, depth);
      }
    } else if (c == '}' || c == ']') {
      --depth;
      if (out.back() != '{' && out.back() != '[') {
        NewLine(out, depth);
      }
      out += c;
    } else if (c == ',') {
      out += c;
      NewLine(out, depth);
    } else if (c == ':') {
      out += ": ";
    } else if (!IsJsonBlank(c)) {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string IndentedJson(std::string_view text) {
  const char first = FirstTokenAfter(text);
  if ((first != '{' && first != '[') || text.size() > kJsonBytesMax ||
      !nlohmann::json::accept(text.begin(), text.end())) {
    return {};
  }
  return Indented(text);
}

std::string Hexdump(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 16) {
    const std::string_view line = bytes.substr(at, 16);
    fmt::format_to(std::back_inserter(out), "{:08x} ", at);
    std::string shown;
    for (size_t i = 0; i < 16; ++i) {
      out += i == 8 ? "  " : " ";
      if (i < line.size()) {
        fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<uint8_t>(line[i]));
        shown += line[i] >= 0x20 && line[i] < 0x7f ? line[i] : '.';
      } else {
        out += "  ";
      }
    }
    out += "  |" + shown + "|\n";
  }
  return out;
}

std::string BodyView(std::string_view body, size_t bytes_max) {
  if (body.empty()) {
    return {};
  }
  std::string out;
  size_t shown = bytes_max == 0 ? body.size() : std::min(body.size(), bytes_max);
  if (std::string json = IndentedJson(body);
      !json.empty() && (bytes_max == 0 || json.size() <= bytes_max)) {
    out = EscapeForTerminal(json, /*keep_lines=*/true);
    shown = body.size();
  } else if (LooksLikeText(body)) {
    std::string_view text = body.substr(0, shown);
    while (shown < body.size() && !text.empty() && !LooksLikeText(text)) {
      text.remove_suffix(1);  // not in the middle of a character
    }
    shown = text.size();
    std::string lines;
    for (const char c : text) {
      lines += c == '\r' ? std::string_view() : std::string_view(&c, 1);
    }
    out = EscapeForTerminal(lines, /*keep_lines=*/true);
  } else {
    shown = bytes_max == 0 ? shown : std::min(shown, std::max<size_t>(bytes_max / kHexShare, 16));
    out = Hexdump(body.substr(0, shown));
  }
  if (!out.ends_with('\n')) {
    out += '\n';
  }
  if (shown < body.size()) {
    out += fmt::format("… {} more; --body prints all\n", CountOf(body.size() - shown, "byte"));
  }
  return out;
}

}  // namespace trafrec::tools
