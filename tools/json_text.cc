// JSON strings and base64 at the speed of a copy.
//
// An export is mostly bodies, so these loops are its cost. Escaping looks at eight bytes at a time
// for any that must not stand as it is (below 0x20, '"', '\\') and copies the run before it in one
// go. Base64 turns three bytes into two table look-ups of two characters each. Rejected: a JSON
// library, which copies each body into a tree first and escapes byte by byte.

#include "tools/json_text.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101U;
constexpr uint64_t kHighs = 0x8080808080808080U;

/// The high bit of a byte is set where that byte is zero; bytes above the first such one may be
/// wrong, which is all right for finding the first.
constexpr uint64_t ZeroBytes(uint64_t word) { return (word - kOnes) & ~word & kHighs; }

constexpr bool NeedsEscape(uint8_t byte) { return byte < 0x20 || byte == '"' || byte == '\\'; }

/// Length of the prefix that stands as it is.
size_t PlainPrefix(std::string_view text) {
  size_t i = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; i + 8 <= text.size(); i += 8) {
      uint64_t word = 0;
      std::memcpy(&word, text.data() + i, 8);
      const uint64_t found = ZeroBytes(word ^ (kOnes * '"')) | ZeroBytes(word ^ (kOnes * '\\')) |
                             ZeroBytes(word & (kOnes * 0xe0));
      if (found != 0) {
        return i + static_cast<size_t>(std::countr_zero(found)) / 8;
      }
    }
  }
  while (i < text.size() && !NeedsEscape(static_cast<uint8_t>(text[i]))) {
    ++i;
  }
  return i;
}

void AppendEscaped(std::string& out, uint8_t byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
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
      out += "\\u00";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
  }
}

using Pair = std::array<char, 2>;

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<Pair, 4096> MakePairs() {
  std::array<Pair, 4096> pairs{};
  for (size_t i = 0; i < pairs.size(); ++i) {
    pairs[i] = {kAlphabet[i >> 6U], kAlphabet[i & 63U]};
  }
  return pairs;
}

constexpr std::array<Pair, 4096> kPairs = MakePairs();

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const size_t plain = PlainPrefix(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) {
      break;
    }
    AppendEscaped(out, static_cast<uint8_t>(text[0]));
    text.remove_prefix(1);
  }
  out += '"';
}

void AppendJsonBytes(std::string& out, std::string_view bytes) {
  if (IsUtf8(bytes)) {
    AppendJsonString(out, bytes);
    return;
  }
  out += "{\"b64\":\"";
  AppendBase64(out, bytes);
  out += "\"}";
}

void AppendBase64(std::string& out, std::string_view bytes) {
  const size_t begin = out.size();
  out.resize(begin + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + begin;
  const auto* from = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const uint32_t group = uint32_t{from[0]} << 16U | uint32_t{from[1]} << 8U | from[2];
    std::memcpy(to, kPairs[group >> 12U].data(), 2);
    std::memcpy(to + 2, kPairs[group & 4095U].data(), 2);
  }
  if (left > 0) {
    const uint32_t group = uint32_t{from[0]} << 16U | (left == 2 ? uint32_t{from[1]} << 8U : 0);
    std::memcpy(to, kPairs[group >> 12U].data(), 2);
    to[2] = left == 2 ? kAlphabet[(group >> 6U) & 63U] : '=';
    to[3] = '=';
  }
}

}  // namespace trafrec::tools
