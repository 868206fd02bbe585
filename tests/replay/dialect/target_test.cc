#include "replay/dialect/target.h"

#include <gmock/gmock.h>

namespace trafrec::dialect {
namespace {

using testing::ElementsAre;

TEST(Target, SegmentsAreSplitBeforeTheyAreDecoded) {
  EXPECT_THAT(ParseTarget("/a%2Fb/c").segments, ElementsAre("a/b", "c"));
}

TEST(Target, APlusIsABlankInTheQueryOnly) {
  const Target target = ParseTarget("/a+b?q=c+d");
  EXPECT_THAT(target.segments, ElementsAre("a+b"));
  EXPECT_EQ(target.Find("q"), "c d");
}

TEST(Target, OfTwoParametersTheLastOneCounts) {
  EXPECT_EQ(ParseTarget("/?a=1&a=2").Find("a"), "2");
}

TEST(Target, AParameterWithoutAValueIsThere) {
  EXPECT_EQ(ParseTarget("/?refresh").Find("refresh"), "");
  EXPECT_EQ(ParseTarget("/?refresh").Find("other"), std::nullopt);
}

TEST(Target, TheAbsoluteFormHasTheSamePath) {
  EXPECT_THAT(ParseTarget("http://host:9200/a/b?x=1").segments, ElementsAre("a", "b"));
  EXPECT_EQ(NormalTarget("http://host:9200"), "/");
}

TEST(Target, AUrlInAQueryIsNoAbsoluteForm) {
  EXPECT_THAT(ParseTarget("/a?to=http://b/c").segments, ElementsAre("a"));
}

TEST(Target, ABrokenEscapeStaysAsItIs) {
  EXPECT_THAT(ParseTarget("/100%/%4/%zz").segments, ElementsAre("100%", "%4", "%zz"));
}

TEST(Target, EndlessPathsAreCut) {
  const Target target = ParseTarget("/" + std::string(100'000, '/'));
  EXPECT_TRUE(target.cut);
  EXPECT_LE(target.segments.size(), 32U);
}

TEST(NormalTarget, UnreservedCharactersAreDecodedAndOthersKeepTheirEscape) {
  EXPECT_EQ(NormalTarget("/%7euser/%2f%3a"), "/~user/%2F%3A");
}

TEST(NormalTarget, ABrokenEscapeMakesNoOtherOne) {
  EXPECT_EQ(NormalTarget("/%4%41"), "/%254A");
  EXPECT_EQ(NormalTarget("/100%"), "/100%25");
}

TEST(NormalTarget, DotSegmentsAreRemoved) {
  EXPECT_EQ(NormalTarget("/a/b/c/./../../g"), "/a/g");
  EXPECT_EQ(NormalTarget("/a/.."), "/");
  EXPECT_EQ(NormalTarget("/../../a"), "/a");
  EXPECT_EQ(NormalTarget("/a/%2e%2e/b"), "/b");
}

TEST(NormalTarget, AFinalSlashAndEmptySegmentsCount) {
  EXPECT_EQ(NormalTarget("/a/"), "/a/");
  EXPECT_EQ(NormalTarget("/a//b"), "/a//b");
}

TEST(NormalTarget, TheQueryBelongsToTheResource) {
  EXPECT_EQ(NormalTarget("/a?b=%41&a=1#part"), "/a?b=A&a=1");
}

}  // namespace
}  // namespace trafrec::dialect
