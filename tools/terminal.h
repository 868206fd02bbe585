#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trafrec::tools {

enum class ColorMode : uint8_t { kAuto, kAlways, kNever };

/// Of "auto", "always" or "never", as --color takes them.
ColorMode ColorModeOf(std::string_view name);

enum class Tone : uint8_t { kPlain, kBold, kDim, kGreen, kYellow, kRed, kCyan };

/// Puts colours around text, or nothing when they are off.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string operator()(Tone tone, std::string_view text) const;
  bool on() const { return on_; }

 private:
  bool on_;
};

bool IsTerminal(int descriptor);

/// The locale that the environment names (LC_ALL, LC_CTYPE, LANG) has UTF-8.
bool SpeaksUtf8();

/// Columns: COLUMNS if it is set, else the terminal's own word, else 80.
size_t TerminalWidth(int descriptor);

/// kAuto: on a terminal that is not dumb, unless NO_COLOR is set and not empty
/// (https://no-color.org).
bool WantsColor(ColorMode mode, int descriptor);

/// Recorded bytes as text that cannot drive a terminal: control characters, the invisible ones that
/// turn the direction of text, and what is no UTF-8 become \n, \x1b, \u{202e}. `keep_lines` lets
/// line feeds and tabs through.
std::string EscapeForTerminal(std::string_view bytes, bool keep_lines = false);

/// True where EscapeForTerminal would change only line feeds, tabs and carriage returns: text that
/// a person wants to see as text.
bool LooksLikeText(std::string_view bytes);

}  // namespace trafrec::tools
