#include "base/check.h"

#include <gtest/gtest.h>

namespace trafrec {
namespace {

TEST(CheckDeathTest, BrokenInvariantAbortsAndNamesItself) {
  const int one = 1;
  EXPECT_DEATH(CHECK(one == 2), "one == 2 does not hold .*check_test.cc");
}

TEST(Check, InvariantThatHoldsIsEvaluatedOnce) {
  int calls = 0;
  const auto call = [&calls] { return ++calls; };
  CHECK(call() == 1);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace trafrec
