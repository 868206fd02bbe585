#include "base/lag_histogram.h"

#include <gtest/gtest.h>

#include <numeric>

namespace trafrec {
namespace {

TEST(LagHistogram, CountsByTheLeastBoundThatIsNotBelow) {
  LagHistogram lags;
  lags.Add(kLagBoundsNs[3]);
  lags.Add(kLagBoundsNs[3] + 1);
  lags.Add(kLagBoundsNs.back() + 1);
  const LagCounts counts = lags.counts();
  EXPECT_EQ(counts.counts[3], 1U);
  EXPECT_EQ(counts.counts[4], 1U);
  EXPECT_EQ(counts.counts.back(), 1U);
  EXPECT_EQ(std::accumulate(counts.counts.begin(), counts.counts.end(), uint64_t{0}), 3U);
}

TEST(LagHistogram, TimeThatRanBackwardsCountsAsNone) {
  LagHistogram lags;
  lags.Add(5);
  lags.Add(-1'000);
  EXPECT_EQ(lags.counts().counts[0], 2U);
  EXPECT_EQ(lags.counts().sum_ns, 5U);
}

}  // namespace
}  // namespace trafrec
