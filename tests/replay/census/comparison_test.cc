#include "replay/census/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::census {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

using Known = std::map<std::string, ledger::IndexCount>;

Comparison Of(const Known& known, const Counts& found) {
  Comparison comparison;
  Compare("target", known, found, comparison);
  return comparison;
}

TEST(Comparison, OfWhatWasThereMadeAndTakenAwayTheRestIsExpected) {
  const Known known{{"i", {.at_start = 10, .since = {.created = 5, .deleted = 2}}}};
  EXPECT_THAT(Of(known, {{"i", 13}}).differences, IsEmpty());
  const Comparison less = Of(known, {{"i", 12}});
  ASSERT_THAT(less.differences, SizeIs(1));
  EXPECT_EQ(less.differences[0].expected, 13);
  EXPECT_EQ(less.differences[0].found, 12);
}

TEST(Comparison, AnIndexThatTheRunDidNotTouchIsNotLookedAt) {
  EXPECT_EQ(Of({{"i", {.at_start = 10}}}, {{"i", 3}}).indices, 0U);
}

TEST(Comparison, WhatTheTargetHeldBeforeIsCounted) {
  Comparison comparison;
  CountBefore({{"used", {.at_start = 10, .since = {.created = 5}}},
               {"fresh", {.since = {.created = 5}}},
               {"other", {.at_start = 3}}},
              comparison);
  EXPECT_EQ(comparison.used, 2U);
  EXPECT_EQ(comparison.before, 13);
}

TEST(Comparison, AnIndexThatWasDeletedBeginsWithNothing) {
  const Known known{{"i", {.at_start = 10, .since = {.emptied = true, .created = 1}}}};
  EXPECT_THAT(Of(known, {{"i", 1}}).differences, IsEmpty());
}

TEST(Comparison, AnIndexThatHoldsNothingIsNotInTheAnswer) {
  EXPECT_THAT(Of({{"i", {.since = {.created = 1, .deleted = 1}}}}, {}).differences, IsEmpty());
}

TEST(Comparison, AnOperationOnAPatternMayHaveChangedWhatFitsIt) {
  const Known known{{"logs-*", {.since = {.unclear = 2}}},
                    {"logs-1", {.since = {.created = 5}}},
                    {"orders", {.since = {.created = 5}}}};
  const Comparison both = Of(known, {{"logs-1", 4}, {"orders", 4}});
  ASSERT_THAT(both.differences, SizeIs(2));
  EXPECT_EQ(both.differences[0].unclear, 2);
  EXPECT_EQ(both.differences[1].unclear, 0);
}

TEST(Comparison, WhatIsCountedAsTheSourceSaidMayBeOneMoreOrLessForEach) {
  const Known known{{"i", {.since = {.created = 5, .assumed = 2}}}};
  EXPECT_THAT(Of(known, {{"i", 3}}).differences, IsEmpty());
  EXPECT_THAT(Of(known, {{"i", 7}}).differences, IsEmpty());
  EXPECT_THAT(Of(known, {{"i", 2}}).differences, SizeIs(1));
  EXPECT_THAT(Of(known, {{"i", 8}}).differences, SizeIs(1));
}

TEST(Comparison, WhatLostMoreThanItHadIsAnotherNameForSomething) {
  const Known known{{"alias", {.since = {.deleted = 3}}}, {"i", {.since = {.created = 5}}}};
  const Comparison comparison = Of(known, {{"i", 2}});
  EXPECT_EQ(comparison.indices, 1U);
  ASSERT_THAT(comparison.differences, SizeIs(1));
  EXPECT_EQ(comparison.differences[0].unclear, 1);
}

}  // namespace
}  // namespace trafrec::census
