#include "base/ascii.h"

#include <gmock/gmock.h>

#include <vector>

namespace trafrec {
namespace {

using testing::ElementsAre;

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(TakeLine(text));
  }
  return lines;
}

TEST(Ascii, CaseIsThatOfAsciiAlone) {
  EXPECT_EQ(LowerCase("AZ@[az\xc3\x84"), "az@[az\xc3\x84");
  EXPECT_TRUE(SameButForCase("Content-TYPE", "content-type"));
  EXPECT_FALSE(SameButForCase("a", "ab"));
  EXPECT_FALSE(SameButForCase("@", "`"));  // 32 apart, as letters are
}

TEST(Ascii, TrimmedTakesBlanksOffTheEndsOnly) {
  EXPECT_EQ(Trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(Trimmed("\na"), "\na");
  EXPECT_EQ(Trimmed("\na\n", "\n"), "a");
}

TEST(Ascii, TrimmedIsAPlaceInTheTextAlsoWhereNothingIsLeft) {
  const std::string_view text = "  ";
  EXPECT_EQ(Trimmed(text).size(), 0U);
  EXPECT_EQ(Trimmed(text).data(), text.data() + text.size());
}

TEST(Ascii, LinesEndWithLfOrCrlf) {
  EXPECT_THAT(Lines("a\r\nb\n\nc"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(Lines("a\r\r\n"), ElementsAre("a\r"));
}

}  // namespace
}  // namespace trafrec
