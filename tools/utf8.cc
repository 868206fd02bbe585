#include "tools/utf8.h"

#include <cstring>

namespace trafrec::tools {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080U;

size_t AsciiPrefix(std::string_view bytes) {
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    if ((word & kHighBits) != 0) {
      break;
    }
  }
  while (i < bytes.size() && static_cast<uint8_t>(bytes[i]) < 0x80) {
    ++i;
  }
  return i;
}

bool IsCombining(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) ||
         (c >= 0x1dc0 && c <= 0x1dff) || (c >= 0x20d0 && c <= 0x20ff) ||
         (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xfe20 && c <= 0xfe2f);
}

bool IsWide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0x303e) ||
         (c >= 0x3041 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) ||
         (c >= 0xff00 && c <= 0xff60) || (c >= 0xffe0 && c <= 0xffe6) ||
         (c >= 0x1f300 && c <= 0x1f64f) || (c >= 0x1f680 && c <= 0x1f6ff) ||
         (c >= 0x1f900 && c <= 0x1f9ff) || (c >= 0x20000 && c <= 0x3fffd);
}

size_t WidthOf(char32_t c) {
  if (IsCombining(c)) {
    return 0;
  }
  return IsWide(c) ? 2 : 1;
}

}  // namespace

Utf8Char FirstUtf8Char(std::string_view bytes) {
  if (bytes.empty()) {
    return {};
  }
  const auto lead = static_cast<uint8_t>(bytes[0]);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes.size() < length) {
    return {};
  }
  char32_t code = lead & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<uint8_t>(bytes[i]);
    if ((next & 0xc0U) != 0x80) {
      return {};
    }
    code = (code << 6U) | (next & 0x3fU);
  }
  const char32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    return {};
  }
  return {code, length};
}

bool IsUtf8(std::string_view bytes) {
  while (true) {
    bytes.remove_prefix(AsciiPrefix(bytes));
    if (bytes.empty()) {
      return true;
    }
    const Utf8Char c = FirstUtf8Char(bytes);
    if (c.length == 0) {
      return false;
    }
    bytes.remove_prefix(c.length);
  }
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Utf8Char c = FirstUtf8Char(text);
    width += c.length == 0 ? 1 : WidthOf(c.code);
    text.remove_prefix(c.length == 0 ? 1 : c.length);
  }
  return width;
}

std::string ClipToWidth(std::string_view text, size_t columns) {
  if (DisplayWidth(text) <= columns) {
    return std::string(text);
  }
  if (columns == 0) {
    return {};
  }
  size_t width = 0;
  size_t taken = 0;
  while (taken < text.size()) {
    const Utf8Char c = FirstUtf8Char(text.substr(taken));
    const size_t next = c.length == 0 ? 1 : WidthOf(c.code);
    if (width + next > columns - 1) {
      break;
    }
    width += next;
    taken += c.length == 0 ? 1 : c.length;
  }
  return std::string(text.substr(0, taken)) + "…";
}

}  // namespace trafrec::tools
