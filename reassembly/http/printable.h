#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace trafrec::reassembly {

/// Counts the bytes of `word`, from the lowest on, that are ASCII from kLowest to '~'. Usually that
/// is a blank (0x20), and they are the printable ones.
template <uint64_t kLowest = ' '>
size_t PrintableBytes(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  // Sets the top bit of bytes below kLowest and above 0x7e. Carries only reach bytes behind such a
  // one, and the first is what counts.
  const uint64_t odd = (word | (word - kOnes * kLowest) | (word + kOnes)) & (kOnes * 0x80);
  return static_cast<size_t>(std::countr_zero(odd)) / 8;
}

/// Where at or after `at` the first byte lies that is not printable, or the text's size.
template <uint64_t kLowest = ' '>
size_t SkipPrintable(std::string_view text, size_t at) {
  constexpr size_t kWord = sizeof(uint64_t);
  const uint8_t* const bytes = AsBytes(text).data();
  for (; text.size() - at >= kWord; at += kWord) {
    const size_t printable = PrintableBytes<kLowest>(LoadLittle<uint64_t>(bytes + at));
    if (printable < kWord) {
      return at + printable;
    }
  }
  if (at < text.size() && text.size() >= kWord) {
    // The last word again, without the bytes before `at`; the zeros that move in end the search.
    const auto last = LoadLittle<uint64_t>(bytes + text.size() - kWord);
    return at + PrintableBytes<kLowest>(last >> 8 * (kWord - (text.size() - at)));
  }
  while (at < text.size() && text[at] >= static_cast<char>(kLowest) && text[at] < 0x7f) {
    ++at;
  }
  return at;
}

}  // namespace trafrec::reassembly
