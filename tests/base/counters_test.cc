#include "base/counters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(BrokenSums, PartsThatAddUpAreFine) {
  EXPECT_THAT(BrokenSums({{"whole", "", 10}, {"a", "whole", 7}, {"b", "whole", 3}}), IsEmpty());
}

TEST(BrokenSums, CounterWithoutPartsIsFine) {
  EXPECT_THAT(BrokenSums({{"alone", "", 10}}), IsEmpty());
}

TEST(BrokenSums, DifferenceIsToldInFull) {
  EXPECT_THAT(BrokenSums({{"whole", "", 10}, {"a", "whole", 7}, {"b", "whole", 2}}),
              ElementsAre("whole is 10, but its parts add up to 9 (a 7, b 2)"));
}

TEST(BrokenSums, PartsOfNothingAreABrokenSum) {
  EXPECT_THAT(BrokenSums({{"a", "whole", 1}}),
              ElementsAre("whole is 0, but its parts add up to 1 (a 1)"));
}

TEST(BrokenSums, ANameMayStandThereOnce) {
  EXPECT_THAT(BrokenSums({{"a", "", 1}, {"a", "", 1}}), ElementsAre("a is counted twice"));
}

TEST(BrokenSums, EachLevelIsJudgedByItself) {
  const Counters counters = {
      {"whole", "", 5}, {"part", "whole", 5}, {"x", "part", 1}, {"y", "part", 3}};
  EXPECT_THAT(BrokenSums(counters), ElementsAre("part is 5, but its parts add up to 4 (x 1, y 3)"));
}

}  // namespace
}  // namespace trafrec
