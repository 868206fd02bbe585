#include "tools/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iterator>

#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr size_t kDefaultWidth = 80;
/// Narrower than this no table is readable; a terminal that claims so is not believed.
constexpr size_t kLeastWidth = 20;

const char* CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "0";
    case Tone::kBold:
      return "1";
    case Tone::kDim:
      return "2";
    case Tone::kGreen:
      return "32";
    case Tone::kYellow:
      return "33";
    case Tone::kRed:
      return "31";
    case Tone::kCyan:
      return "36";
  }
  return "0";
}

/// Line and paragraph separators, direction marks, joiners: they change how the text around them
/// is shown.
bool IsDeceptive(char32_t c) {
  return (c >= 0x80 && c <= 0x9f) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

void AppendEscape(std::string& out, uint8_t byte) {
  switch (byte) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
  }
}

}  // namespace

ColorMode ColorModeOf(std::string_view name) {
  return name == "always"  ? ColorMode::kAlways
         : name == "never" ? ColorMode::kNever
                           : ColorMode::kAuto;
}

std::string Paint::operator()(Tone tone, std::string_view text) const {
  if (!on_ || tone == Tone::kPlain || text.empty()) {
    return std::string(text);
  }
  return fmt::format("\033[{}m{}\033[0m", CodeOf(tone), text);
}

bool IsTerminal(int descriptor) { return isatty(descriptor) == 1; }

bool SpeaksUtf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') {
      return strcasestr(value, "utf-8") != nullptr || strcasestr(value, "utf8") != nullptr;
    }
  }
  return false;
}

size_t TerminalWidth(int descriptor) {
  if (const char* columns = std::getenv("COLUMNS")) {
    const long value = std::strtol(columns, nullptr, 10);
    if (value >= static_cast<long>(kLeastWidth)) {
      return static_cast<size_t>(value);
    }
  }
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= kLeastWidth) {
    return size.ws_col;
  }
  return kDefaultWidth;
}

bool WantsColor(ColorMode mode, int descriptor) {
  if (mode != ColorMode::kAuto) {
    return mode == ColorMode::kAlways;
  }
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') {
    return false;
  }
  const char* term = std::getenv("TERM");
  return IsTerminal(descriptor) && (term == nullptr || std::strcmp(term, "dumb") != 0);
}

std::string EscapeForTerminal(std::string_view bytes, bool keep_lines) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto byte = static_cast<uint8_t>(bytes[0]);
    const Utf8Char c = FirstUtf8Char(bytes);
    const bool kept = keep_lines && (byte == '\n' || byte == '\t');
    if (c.length == 1 && (kept || (byte >= 0x20 && byte != 0x7f))) {
      out += bytes[0];
    } else if (c.length <= 1) {
      AppendEscape(out, byte);
    } else if (IsDeceptive(c.code)) {
      fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<uint32_t>(c.code));
    } else {
      out.append(bytes.substr(0, c.length));
    }
    bytes.remove_prefix(c.length == 0 ? 1 : c.length);
  }
  return out;
}

bool LooksLikeText(std::string_view bytes) {
  while (!bytes.empty()) {
    const Utf8Char c = FirstUtf8Char(bytes);
    const bool control = c.code < 0x20 && c.code != '\n' && c.code != '\t' && c.code != '\r';
    if (c.length == 0 || control || c.code == 0x7f) {
      return false;
    }
    bytes.remove_prefix(c.length);
  }
  return true;
}

}  // namespace trafrec::tools
