#include "base/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace trafrec {
namespace {

TEST(Histogram, QuantilesAreWithinTheStatedError) {
  for (const int64_t scale : {int64_t{1}, int64_t{1'000}, int64_t{7'777'777'777}}) {
    Histogram histogram;
    for (int64_t i = 1; i <= 1'000; ++i) {
      histogram.Add(i * scale);
    }
    for (const int rank : {1, 10, 500, 900, 990, 999, 1'000}) {
      const auto exact = static_cast<double>(rank * scale);
      const auto found = static_cast<double>(histogram.Quantile(rank / 1'000.0));
      EXPECT_LE(std::abs(found - exact), exact * Histogram::kRelativeError) << rank << "*" << scale;
    }
  }
}

TEST(Histogram, LeastAndGreatestAreExact) {
  Histogram histogram;
  for (const int64_t value : {int64_t{123'456'789}, int64_t{999}, INT64_MAX}) {
    histogram.Add(value);
  }
  EXPECT_EQ(histogram.Quantile(0), 999);
  EXPECT_EQ(histogram.Quantile(1), INT64_MAX);
}

TEST(Histogram, EmptyHasNoBarsAndNoQuantile) {
  EXPECT_EQ(Histogram().Quantile(0.5), 0);
  EXPECT_TRUE(Histogram().Bars().empty());
}

TEST(Histogram, CountsWhatDoesNotExceedAValueAndSumsUp) {
  Histogram histogram;
  for (const int64_t value : {5, 100, 1'000'000, 9'000'000}) {
    histogram.Add(value);
  }
  EXPECT_EQ(histogram.CountUpTo(4), 0U);
  EXPECT_EQ(histogram.CountUpTo(100), 2U);
  EXPECT_EQ(histogram.CountUpTo(2'000'000), 3U);
  EXPECT_EQ(histogram.CountUpTo(1'000'000'000), 4U);
  EXPECT_EQ(histogram.sum(), 10'000'105U);
}

TEST(Histogram, BarsArePowersOfTwoWithoutHoles) {
  Histogram histogram;
  for (const int64_t value : {0, 1, 5, 1'000, 1'023, 1'024}) {
    histogram.Add(value);
  }
  uint64_t sum = 0;
  int64_t next = 0;
  for (const Histogram::Bar& bar : histogram.Bars()) {
    EXPECT_EQ(bar.from, next);
    next = bar.below;
    sum += bar.count;
  }
  EXPECT_EQ(next, 2'048);
  EXPECT_EQ(sum, 6U);
}

TEST(Histogram, AddingAnotherIsAddingItsValues) {
  Histogram all;
  Histogram first;
  Histogram second;
  for (int64_t value = 1; value < 2'000; value += 7) {
    all.Add(value);
    (value % 2 == 0 ? first : second).Add(value);
  }
  first.Add(second);
  first.Add(Histogram());
  EXPECT_EQ(first.count(), all.count());
  EXPECT_EQ(first.sum(), all.sum());
  EXPECT_EQ(first.least(), all.least());
  EXPECT_EQ(first.greatest(), all.greatest());
  EXPECT_EQ(first.Quantile(0.5), all.Quantile(0.5));
}

TEST(Histogram, TheDistanceIsTheGreatestGapBetweenTheShares) {
  Histogram source;
  Histogram target;
  for (int64_t value = 0; value < 100; ++value) {
    source.Add(value);
    target.Add(value + 25);
  }
  EXPECT_DOUBLE_EQ(Histogram::Distance(source, source), 0);
  EXPECT_NEAR(Histogram::Distance(source, target), 0.25, 0.01);
  Histogram far;
  far.Add(1'000);
  EXPECT_DOUBLE_EQ(Histogram::Distance(source, far), 1);
  EXPECT_DOUBLE_EQ(Histogram::Distance(source, Histogram()), 0);
}

}  // namespace
}  // namespace trafrec
