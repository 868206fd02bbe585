#include "replay/compare/tally.h"

#include <gmock/gmock.h>

#include "replay/compare/known_differences.h"
#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

Difference At(std::string pointer) {
  return {.kind = Kind::kValue,
          .source_pointer = pointer,
          .target_pointer = pointer,
          .source = "1",
          .target = "2"};
}

Compared Pair(std::string shape, std::vector<Difference> found, uint64_t more = 0) {
  return {.shape = std::move(shape),
          .source = "s",
          .result = "r",
          .differences = {.found = std::move(found), .more = more}};
}

std::vector<Rule> Ignoring(std::string_view pointer) {
  return {{.name = "mine", .why = "", .place = PointerPattern::Parse(pointer).value()}};
}

TEST(Tally, ElementsOfArraysAreOnePlaceAndAnExchangeCountsOnce) {
  Tally tally({});
  tally.Add(Pair("a", {At("/items/0/x"), At("/items/7/x")}));
  tally.Add(Pair("a", {At("/items/3/x")}));
  const std::vector<Group> groups = tally.Groups();
  ASSERT_THAT(groups, SizeIs(1));
  EXPECT_EQ(groups[0].place, "/items/*/x");
  EXPECT_EQ(groups[0].exchanges, 2U);
  EXPECT_EQ(groups[0].first.source_pointer, "/items/0/x");
}

TEST(Tally, WhatTouchesMostExchangesComesFirst) {
  Tally tally({});
  tally.Add(Pair("rare", {At("/x")}));
  tally.Add(Pair("often", {At("/x")}));
  tally.Add(Pair("often", {At("/x")}));
  EXPECT_EQ(tally.Groups()[0].shape, "often");
  EXPECT_EQ(tally.Shapes()[0].shape, "often");
}

Difference Hidden(std::string pointer) {
  Difference difference = At(std::move(pointer));
  difference.rule = 0;
  return difference;
}

TEST(Tally, WhatARuleHidesIsCountedThereAndIsNoDifference) {
  Tally tally(Ignoring("/took"));
  tally.Add(Pair("a", {Hidden("/took")}));
  EXPECT_EQ(tally.differing(), 0U);
  EXPECT_EQ(tally.compared(), 1U);
  EXPECT_THAT(tally.hidden(), ElementsAre(1U));
}

TEST(Tally, DifferencesThatWereNotKeptStillDiffer) {
  Tally tally(Ignoring("/x"));
  tally.Add(Pair("a", {Hidden("/x")}, 5));
  EXPECT_EQ(tally.differing(), 1U);
  EXPECT_EQ(tally.ungrouped(), 5U);
}

TEST(Tally, WhatIsKnownIsAGroupOfItsOwnAndLeavesThePairExplained) {
  Difference known = At("/x");
  known.known = KnownDifferences().data();
  Tally tally({});
  tally.Add(Pair("a", {known}));
  EXPECT_EQ(tally.unexplained(), 0U);
  tally.Add(Pair("a", {known, At("/x")}));
  EXPECT_EQ(tally.differing(), 2U);
  EXPECT_EQ(tally.unexplained(), 1U);
  EXPECT_THAT(tally.Groups(), SizeIs(2));
}

TEST(Tally, GroupsAreBounded) {
  Tally tally({});
  for (size_t i = 0; i < limits::kGroups + 2; ++i) {
    tally.Add(Pair("shape" + std::to_string(i), {At("/x")}));
  }
  EXPECT_THAT(tally.Groups(), SizeIs(limits::kGroups));
  EXPECT_EQ(tally.ungrouped(), 2U);
  EXPECT_EQ(tally.differing(), limits::kGroups + 2);
}

}  // namespace
}  // namespace trafrec::compare
