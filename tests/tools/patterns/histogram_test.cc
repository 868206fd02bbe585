#include "tools/patterns/analysis/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "tools/patterns/analysis/top_keys.h"

namespace trafrec::patterns {
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

TEST(TopKeys, BelowTheCapAllIsExact) {
  TopKeys<int> keys(2);
  for (const char* key : {"a", "b", "a", "c", "d", "a"}) {
    ++keys.Add(key);
  }
  EXPECT_EQ(keys.floor(), 0U);
  const auto entries = keys.Take();
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].key, "a");
  EXPECT_EQ(entries[0].count, 3U);
  EXPECT_EQ(entries[0].value, 3);
}

/// A frequent key among so many others that they do not fit.
TEST(TopKeys, OverTheCapTheFrequentStayAndTheFloorBoundsTheRest) {
  constexpr uint64_t kOthers = 1'000;
  TopKeys<int> keys(10);
  for (uint64_t i = 0; i < kOthers; ++i) {
    keys.Add("frequent");
    keys.Add("other " + std::to_string(i));
  }
  const uint64_t floor = keys.floor();
  const auto entries = keys.Take();
  EXPECT_LE(entries.size(), 20U);
  EXPECT_EQ(entries[0].key, "frequent");
  EXPECT_EQ(entries[0].count, kOthers);
  EXPECT_EQ(entries[0].missed, 0U);
  EXPECT_GE(floor, 1U);
  EXPECT_LE(floor, 2 * kOthers / 10);
}

TEST(TopKeys, AKeyThatWasForgottenSaysHowMuchItMayLack) {
  TopKeys<int> keys(1);
  for (const char* key : {"a", "a", "b", "b", "b", "c", "a"}) {
    keys.Add(key);
  }
  for (const auto& entry : keys.Take()) {
    if (entry.key == "a") {
      EXPECT_EQ(entry.count, 1U);
      EXPECT_GE(entry.missed, 2U);
    }
  }
}

}  // namespace
}  // namespace trafrec::patterns
