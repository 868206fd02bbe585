#include "replay/compare/difference.h"

#include <gtest/gtest.h>

#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

std::string ValueAt(std::string pointer, std::string source, std::string target) {
  return InWords({.kind = Kind::kValue,
                  .source_pointer = pointer,
                  .target_pointer = pointer,
                  .source = std::move(source),
                  .target = std::move(target)});
}

TEST(DifferenceInWords, GroupsDigitsAndTellsTheShareOfNumbers) {
  EXPECT_EQ(ValueAt("/hits/total/value", "1204", "1198"),
            "hits.total.value: 1,204 at the source, 1,198 at the target (-0.5%)");
  EXPECT_EQ(ValueAt("/a", "-1234567.25", "-999"),
            "a: -1,234,567.25 at the source, -999 at the target (+99.9%)");
}

TEST(DifferenceInWords, SaysThatAShareIsTooSmallToBeShown) {
  EXPECT_EQ(
      ValueAt("/a", "9007199254740993", "9007199254740992"),
      "a: 9,007,199,254,740,993 at the source, 9,007,199,254,740,992 at the target (less than "
      "0.1%)");
}

TEST(DifferenceInWords, TellsNoShareOfNothing) {
  EXPECT_EQ(ValueAt("/a", "0", "5"), "a: 0 at the source, 5 at the target");
}

TEST(DifferenceInWords, QuotesStringsAsTheyStand) {
  EXPECT_EQ(ValueAt("/error/type", R"("a")", R"("b")"),
            R"(error.type: "a" at the source, "b" at the target)");
}

TEST(DifferenceInWords, PlacesInArraysAreBracketedAndStrangeNamesQuoted) {
  EXPECT_EQ(ValueAt("/items/5/a.b/c~1d~0e//x", "1", "2"),
            R"(items[5]."a.b".c/d~e."".x: 1 at the source, 2 at the target (+100.0%))");
}

TEST(DifferenceInWords, NamesTheTypesWhereTheyDiffer) {
  EXPECT_EQ(InWords({.kind = Kind::kType, .source = "1", .target = R"("1")"}),
            R"(the whole: a number (1) at the source, a string ("1") at the target)");
  EXPECT_EQ(InWords({.kind = Kind::kType, .source = "null", .target = "[1]"}),
            "the whole: null at the source, an array at the target");
}

TEST(DifferenceInWords, SaysWhichSideHasNothing) {
  EXPECT_EQ(InWords({.kind = Kind::kMissing, .source_pointer = "/_type", .source = R"("_doc")"}),
            R"(_type: "_doc" at the source, missing at the target)");
  EXPECT_EQ(InWords({.kind = Kind::kAdded, .target_pointer = "/took", .target = "4"}),
            "took: not at the source, 4 at the target");
}

TEST(Difference, OfLongValuesShowsWhereTheyBeginToDiffer) {
  const std::string same(1'000, 'x');
  const auto [source, target] = ShownWhereTheyDiffer(same + "old", same + "new");
  EXPECT_EQ(source, "…" + std::string(limits::kShownBefore, 'x') + "old");
  EXPECT_EQ(target, "…" + std::string(limits::kShownBefore, 'x') + "new");
  EXPECT_EQ(ShownWhereTheyDiffer("a" + same, "b" + same).first, Shown("a" + same));
}

TEST(Difference, MirroredTwiceIsItself) {
  for (const Kind kind : {Kind::kValue, Kind::kType, Kind::kMissing, Kind::kAdded}) {
    const Difference difference{
        .kind = kind, .source_pointer = "/a", .target_pointer = "/b", .source = "1", .target = "2"};
    EXPECT_EQ(Mirrored(Mirrored(difference)), difference);
  }
}

TEST(Differences, CountAValueThatIsRedactedOnOneSideAndDoNotKeepIt) {
  const std::string token = "\"redacted-0123456789abcdef0123456789abcdef\"";
  Differences differences;
  differences.Add(Difference{.source = token, .target = "\"secret\""});
  differences.Add(Difference{.source = "\"redacted-by hand\"", .target = "\"secret\""});
  differences.Add(Difference{.kind = Kind::kMissing, .source = token});
  EXPECT_EQ(differences.redacted, 1U);
  EXPECT_EQ(differences.found.size(), 2U);
}

}  // namespace
}  // namespace trafrec::compare
