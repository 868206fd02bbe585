#include "replay/compare/latencies.h"

#include <gtest/gtest.h>

#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

TEST(Latencies, APairIsSlowerBeyondTheShare) {
  Latencies latencies(0.2);
  latencies.Add("a", {.source_ns = 100, .target_ns = 120});
  latencies.Add("a", {.source_ns = 100, .target_ns = 121});
  latencies.Add("a", {.source_ns = 100, .target_ns = 50});
  EXPECT_EQ(latencies.all().slower, 1U);
  EXPECT_EQ(latencies.all().count(), 3U);
}

TEST(Latencies, APairOfWhichOneSideIsNotKnownIsNotCounted) {
  Latencies latencies(0.2);
  latencies.Add("a", {.source_ns = 100});
  latencies.Add("a", {.target_ns = 100});
  EXPECT_EQ(latencies.all().count(), 0U);
  EXPECT_TRUE(latencies.timeline().columns.empty());
}

TEST(Latencies, ShapesBeyondTheLimitAreTogether) {
  Latencies latencies(0.2);
  for (size_t i = 0; i < limits::kLatencyShapes + 5; ++i) {
    latencies.Add(std::to_string(i), {.source_ns = 1, .target_ns = 1});
  }
  EXPECT_EQ(latencies.shapes().size(), limits::kLatencyShapes + 1);
  EXPECT_EQ(latencies.shapes().at("others").count(), 5U);
}

TEST(Latencies, ColumnsGetWiderWhenTimeGoesOn) {
  Latencies latencies(0.2);
  const TimeNs begin = 1'000 * kNsPerSecond;
  const auto seconds = static_cast<int64_t>(3 * limits::kLatencyColumns);
  for (int64_t second = 0; second < seconds; ++second) {
    latencies.Add(
        "a", {.began_at = begin + second * kNsPerSecond, .source_ns = second, .target_ns = second});
  }
  // Before the first: a run's order is not quite the source's.
  latencies.Add("a", {.began_at = begin - kNsPerSecond, .source_ns = 1, .target_ns = 1});
  const Latencies::Timeline& timeline = latencies.timeline();
  EXPECT_EQ(timeline.begin, begin);
  EXPECT_EQ(timeline.width_ns, 4 * kNsPerSecond);
  ASSERT_EQ(timeline.columns.size(), static_cast<size_t>(seconds) / 4);
  EXPECT_EQ(timeline.columns.front().count(), 5U);
  EXPECT_EQ(timeline.columns.back().source.greatest(), seconds - 1);
}

}  // namespace
}  // namespace trafrec::compare
