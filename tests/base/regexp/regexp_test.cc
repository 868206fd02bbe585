#include "base/regexp/regexp.h"

#include <gmock/gmock.h>

namespace trafrec::regexp {
namespace {

using testing::HasSubstr;

std::string Replaced(std::string text, std::string_view pattern, std::string_view with) {
  EXPECT_TRUE(Regexp::Compile(pattern).value().ReplaceFirst(text, with));
  return text;
}

TEST(Regexp, IsSearchedAnywhere) {
  const Regexp pattern = Regexp::Compile("b+").value();
  EXPECT_TRUE(pattern.IsIn("abbc"));
  EXPECT_FALSE(pattern.IsIn("ac"));
}

TEST(Regexp, GroupsStandInTheReplacement) {
  EXPECT_EQ(Replaced("/old/a/b", "^/old/([^/]+)/(.*)", "/\\2/\\1"), "/b/a");
}

TEST(Regexp, OnlyTheFirstMatchIsReplaced) { EXPECT_EQ(Replaced("aa", "a", "b"), "ba"); }

TEST(Regexp, NoMatchLeavesTheText) {
  std::string text = "abc";
  EXPECT_FALSE(Regexp::Compile("x").value().ReplaceFirst(text, "y"));
  EXPECT_EQ(text, "abc");
}

TEST(Regexp, TellsWhyAPatternIsNone) {
  EXPECT_THAT(Regexp::Compile("a(b").error().what, HasSubstr("missing )"));
}

TEST(Regexp, AGroupThatIsNotThereIsRefused) {
  const Regexp pattern = Regexp::Compile("(a)").value();
  EXPECT_TRUE(pattern.CheckReplacement("\\1"));
  EXPECT_THAT(pattern.CheckReplacement("\\2").error().what, HasSubstr("\\2"));
}

}  // namespace
}  // namespace trafrec::regexp
