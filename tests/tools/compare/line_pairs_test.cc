#include "tools/compare/line_pairs.h"

#include <gtest/gtest.h>

#include <random>

#include "tools/compare/limits.h"

namespace trafrec::tools {
namespace {

std::vector<std::string> Words(std::string_view letters) {
  std::vector<std::string> words;
  for (const char letter : letters) {
    words.emplace_back(1, letter);
  }
  return words;
}

/// "a" is on both sides, "-a" on the source's, "+a" on the target's.
std::string Shown(std::string_view source, std::string_view target) {
  std::string shown;
  for (const LinePair& pair : PairLines(Words(source), Words(target))) {
    shown += !pair.target ? "-" : !pair.source ? "+" : "";
    shown += pair.source ? source[*pair.source] : target[*pair.target];
  }
  return shown;
}

/// The length of the longest common subsequence, by the table.
size_t CommonOf(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> table(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1
                                         : std::max(table[i - 1][j], table[i][j - 1]);
    }
  }
  return table[a.size()][b.size()];
}

TEST(LinePairs, WhatOnlyOneSideHasStandsAlone) {
  EXPECT_EQ(Shown("abcd", "abxd"), "ab-c+xd");
  EXPECT_EQ(Shown("", "ab"), "+a+b");
  EXPECT_EQ(Shown("ab", ""), "-a-b");
  EXPECT_EQ(Shown("ab", "ab"), "ab");
}

TEST(LinePairs, AsManyLinesArePairedAsTheLongestCommonSubsequenceHas) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same texts each time
  const auto text = [&] {
    std::string letters(random() % 12, ' ');
    for (char& letter : letters) {
      letter = static_cast<char>('a' + random() % 3);
    }
    return letters;
  };
  for (int i = 0; i < 2'000; ++i) {
    const std::string a = text();
    const std::string b = text();
    size_t both = 0;
    size_t next_a = 0;
    size_t next_b = 0;
    for (const LinePair& pair : PairLines(Words(a), Words(b))) {
      ASSERT_TRUE(!pair.source || *pair.source == next_a++) << a << " " << b;
      ASSERT_TRUE(!pair.target || *pair.target == next_b++) << a << " " << b;
      if (pair.source && pair.target) {
        ASSERT_EQ(a[*pair.source], b[*pair.target]) << a << " " << b;
        ++both;
      }
    }
    ASSERT_EQ(next_a, a.size());
    ASSERT_EQ(next_b, b.size());
    ASSERT_EQ(both, CommonOf(a, b)) << a << " " << b;
  }
}

TEST(LinePairs, BeyondTheLimitEachLineIsStillThereOnce) {
  const std::vector<std::string> source(limits::kLineEdits, "a");
  const std::vector<std::string> target(limits::kLineEdits, "b");
  EXPECT_EQ(PairLines(source, target).size(), 2 * limits::kLineEdits);
}

}  // namespace
}  // namespace trafrec::tools
