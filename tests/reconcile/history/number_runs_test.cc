#include "reconcile/history/number_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

namespace trafrec::reconcile {
namespace {

TEST(NumberRuns, WithoutHolesTakeTheRoomOfOneWhateverTheOrder) {
  std::vector<int64_t> numbers(200);
  std::iota(numbers.begin(), numbers.end(), 0);
  std::ranges::shuffle(numbers, std::mt19937_64(1));
  NumberRuns runs;
  for (const int64_t number : numbers) {
    runs.Add(number, 1, {number, number + 10});
  }
  ASSERT_EQ(runs.runs().size(), 1U);
  const NumberRun& run = runs.runs().begin()->second;
  EXPECT_EQ(run.last, 199);
  EXPECT_EQ(run.last_from, 199);
  EXPECT_EQ(run.first_until, 10);
  EXPECT_EQ(run.ran.from, 199);
  EXPECT_EQ(run.ran.until, 10);
}

TEST(NumberRuns, EndAtAHoleAndAtANewTerm) {
  NumberRuns runs;
  for (const int64_t number : {3, 1, 2, 5}) {
    runs.Add(number, number < 3 ? 1 : 2, {});
  }
  EXPECT_EQ(runs.runs().size(), 3U);
  EXPECT_TRUE(runs.Has(2));
  EXPECT_FALSE(runs.Has(4));
}

TEST(NumberRuns, KnowThatANumberWasNamedTwiceWithinARun) {
  NumberRuns runs;
  for (const int64_t number : {1, 2, 3}) {
    runs.Add(number, 1, {});
  }
  EXPECT_FALSE(runs.twice());
  runs.Add(2, 1, {});
  EXPECT_TRUE(runs.twice());
}

}  // namespace
}  // namespace trafrec::reconcile
