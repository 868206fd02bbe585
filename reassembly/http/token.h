#pragma once

#include <array>
#include <string_view>

namespace trafrec::reassembly {

constexpr std::array<bool, 256> MakeTokenTable() {
  std::array<bool, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) {
    table[c] = true;
    table[c - 'a' + 'A'] = true;
  }
  for (unsigned c = '0'; c <= '9'; ++c) {
    table[c] = true;
  }
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}

inline constexpr std::array<bool, 256> kTokenTable = MakeTokenTable();

/// A token's (RFC 9110, section 5.6.2).
inline bool IsTokenByte(char c) { return kTokenTable[static_cast<unsigned char>(c)]; }

}  // namespace trafrec::reassembly
