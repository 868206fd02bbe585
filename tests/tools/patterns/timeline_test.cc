#include "tools/patterns/analysis/timeline.h"

#include <gtest/gtest.h>

#include "tools/patterns/analysis/in_flight.h"
#include "tools/patterns/analysis/limits.h"

namespace trafrec::patterns {
namespace {

constexpr TimeNs kBegin = 1'793'577'600 * kNsPerSecond;

TEST(Timeline, SilenceIsSlotsToo) {
  Timeline timeline;
  timeline.At(kBegin).operations = 1;
  timeline.At(kBegin + 10 * kNsPerSecond).operations = 1;
  ASSERT_EQ(timeline.size(), 11U);
  EXPECT_EQ(timeline.slot(5).operations, 0U);
  EXPECT_EQ(timeline.begin_of(10), kBegin + 10 * kNsPerSecond);
}

TEST(Timeline, AnEarlierTimeFindsRoom) {
  Timeline timeline;
  timeline.At(kBegin).operations = 1;
  timeline.At(kBegin - kNsPerSecond).operations = 2;
  EXPECT_EQ(timeline.begin_of(0), kBegin - kNsPerSecond);
  EXPECT_EQ(timeline.slot(0).operations, 2U);
}

TEST(Timeline, WidensInsteadOfGrowing) {
  Timeline timeline;
  timeline.At(kBegin).exchanges[0] = 3;
  timeline.At(kBegin + int64_t{365} * 86'400 * kNsPerSecond).exchanges[0] = 4;
  EXPECT_LE(timeline.size(), limits::kSlotsMax);
  EXPECT_EQ(timeline.slot(0).exchanges[0], 3U);
  EXPECT_EQ(timeline.slot(timeline.size() - 1).exchanges[0], 4U);
}

TEST(Timeline, HoldsAllTimesThatThereAre) {
  Timeline timeline;
  for (const TimeNs time : {INT64_MIN / 2, int64_t{0}, INT64_MAX / 2}) {
    ++timeline.At(time).operations;
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < timeline.size(); ++i) {
    sum += timeline.slot(i).operations;
  }
  EXPECT_EQ(sum, 3U);
}

TEST(Timeline, CoarserSlotsHaveTheSums) {
  Timeline timeline;
  for (int second = 0; second < 120; ++second) {
    timeline.At(kBegin + second * kNsPerSecond).exchanges[1] = 1;
  }
  timeline.slot(70).in_flight_max = 9;
  const Timeline minutes = timeline.Coarser(1'000, 60 * kNsPerSecond);
  ASSERT_EQ(minutes.size(), 2U);
  EXPECT_EQ(minutes.slot(0).exchanges[1], 60U);
  EXPECT_EQ(minutes.slot(1).in_flight_max, 9U);
}

TEST(InFlight, CountsThoseThatWaitTogether) {
  Timeline timeline;
  InFlight in_flight;
  in_flight.Add(kBegin, kBegin + 10, timeline);
  in_flight.Add(kBegin + 5, kBegin + 20, timeline);
  in_flight.Add(kBegin + 20, kBegin + 30, timeline);
  in_flight.AdvanceTo(kBegin + kNsPerSecond, timeline);
  EXPECT_EQ(timeline.slot(0).in_flight_max, 2U);
  EXPECT_EQ(timeline.slot(0).in_flight_ns, 10U + 15U + 10U);
}

TEST(InFlight, ALongOneIsInEachSlotThatItPasses) {
  Timeline timeline;
  InFlight in_flight;
  in_flight.Add(kBegin, kBegin + 3 * kNsPerSecond, timeline);
  in_flight.Add(kBegin + 4 * kNsPerSecond, kBegin + 4 * kNsPerSecond + 1, timeline);
  for (size_t second = 0; second < 3; ++second) {
    EXPECT_EQ(timeline.slot(second).in_flight_max, 1U) << second;
    EXPECT_EQ(timeline.slot(second).in_flight_ns, uint64_t{kNsPerSecond}) << second;
  }
  EXPECT_EQ(timeline.slot(3).in_flight_max, 0U);
}

TEST(InFlight, WhatIsNeverAnsweredWaitsToTheEnd) {
  Timeline timeline;
  InFlight in_flight;
  in_flight.Add(kBegin, InFlight::kForEver, timeline);
  timeline.At(kBegin + 5 * kNsPerSecond);
  in_flight.AdvanceTo(kBegin + 5 * kNsPerSecond + 1, timeline);
  EXPECT_EQ(timeline.slot(5).in_flight_max, 1U);
}

}  // namespace
}  // namespace trafrec::patterns
