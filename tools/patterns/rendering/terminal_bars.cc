#include "tools/patterns/rendering/terminal_bars.h"

#include <algorithm>
#include <cmath>

#include "tools/utf8.h"

namespace trafrec::patterns {
namespace {

using tools::Paint;
using tools::Tone;

struct Sign {
  const char* text;
  Tone tone;
  const char* means;
};
/// By Kind. They differ without colours, too.
constexpr std::array<Sign, kKinds> kSigns = {{{"█", Tone::kYellow, "mutations"},
                                              {"▒", Tone::kCyan, "queries"},
                                              {"·", Tone::kDim, "unknown"}}};

char AsciiOf(char32_t code) {
  switch (code) {
    case U'█':
      return '#';
    case U'▒':
      return '-';
    case U'·':
      return '.';
    case U'µ':
      return 'u';
    case U'…':
      return '~';
    default:
      return '?';
  }
}

}  // namespace

std::string StackedBar(const std::array<double, kKinds>& values, double most, size_t columns,
                       const Paint& paint) {
  std::string bar;
  double sum = 0;
  size_t drawn = 0;
  for (size_t kind = 0; kind < kKinds; ++kind) {
    if (values[kind] <= 0 || most <= 0) {
      continue;
    }
    sum += values[kind];
    const auto end =
        static_cast<size_t>(std::lround(std::min(sum / most, 1.0) * static_cast<double>(columns)));
    const size_t signs = std::max<size_t>(end > drawn ? end - drawn : 0, 1);
    std::string part;
    for (size_t i = 0; i < signs && drawn < columns; ++i, ++drawn) {
      part += kSigns[kind].text;
    }
    bar += part.empty() ? "" : paint(kSigns[kind].tone, part);
  }
  return bar;
}

std::string BarLegend(const Paint& paint) {
  std::string text;
  for (const Sign& sign : kSigns) {
    text += (text.empty() ? "" : "  ") + paint(sign.tone, sign.text) + " " + sign.means;
  }
  return text;
}

std::string ToAscii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const tools::Utf8Char next = tools::FirstUtf8Char(text);
    const size_t length = std::max<size_t>(next.length, 1);
    if (length == 1) {
      out += static_cast<unsigned char>(text[0]) < 0x80 ? text[0] : '?';
    } else {
      out.append(tools::DisplayWidth(text.substr(0, length)), AsciiOf(next.code));
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace trafrec::patterns
