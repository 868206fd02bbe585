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

}  // namespace
}  // namespace trafrec
