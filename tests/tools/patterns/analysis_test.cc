#include "tools/patterns/analysis/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/patterns/analysis/limits.h"

namespace trafrec::patterns {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

constexpr TimeNs kMonday = 1'793'577'600 * kNsPerSecond;
constexpr int64_t kHourNs = 3'600 * kNsPerSecond;

Observation Write(TimeNs at, int64_t duration_ns = 10) {
  Observation seen;
  seen.began_at = at;
  seen.kind = Kind::kMutation;
  seen.status = 200;
  seen.latency_ns = seen.duration_ns = duration_ns;
  seen.shape = "POST /_bulk";
  seen.api = "bulk";
  seen.client = "10.0.0.1";
  seen.user_agent = "curl/1";
  return seen;
}

Report Finished(Analysis& analysis, Coverage coverage, int64_t window_ns = kNsPerSecond) {
  Calendar utc = *Calendar::Make("UTC");
  return analysis.Finish({.coverage = std::move(coverage), .window_ns = window_ns}, utc);
}

TEST(Analysis, KindsStatusesAndFailuresAddUp) {
  Analysis analysis;
  Observation failed = Write(kMonday);
  failed.status = 503;
  Observation silent = Write(kMonday + 1);
  silent.status = 0;
  silent.duration_ns = silent.latency_ns = std::nullopt;
  Observation query = Write(kMonday + 2);
  query.kind = Kind::kQuery;
  for (const Observation& seen : {failed, silent, query}) {
    analysis.Add(seen);
  }
  const Report report =
      Finished(analysis, {.from = kMonday, .until = kMonday + kHourNs, .holes = {}});
  EXPECT_EQ(report.exchanges, 3U);
  EXPECT_EQ(report.kinds[0], 2U);
  EXPECT_EQ(report.failures, 2U);
  EXPECT_EQ(report.unanswered_mutations, 1U);
  EXPECT_THAT(report.statuses, UnorderedElementsAre(Pair(0, 1U), Pair(200, 1U), Pair(503, 1U)));
}

TEST(Analysis, RatesAreThoseOfTheRecordedTime) {
  Analysis analysis;
  for (int minute = 0; minute < 30; ++minute) {
    analysis.Add(Write(kMonday + minute * 60 * kNsPerSecond));
  }
  // The second half of the hour is a hole: no half of the rate.
  const Report report = Finished(
      analysis, {.from = kMonday,
                 .until = kMonday + kHourNs,
                 .holes = {{kMonday + kHourNs / 2, kMonday + kHourNs, {"not_recording"}}}});
  EXPECT_EQ(report.hours[0].whole_all(), 30U);
  EXPECT_EQ(report.hours[0].whole_ns, kHourNs / 2);
  EXPECT_GE(report.hours[0].hole_ns, kHourNs / 2);
}

TEST(Analysis, ClientsAreAddressesWithTheirUserAgents) {
  Analysis analysis;
  Observation other = Write(kMonday + 5);
  other.user_agent = "curl/2";
  other.indices = {"orders", "users"};
  for (const Observation& seen : {Write(kMonday), other, Write(kMonday + 7)}) {
    analysis.Add(seen);
  }
  const Report report =
      Finished(analysis, {.from = kMonday, .until = kMonday + kHourNs, .holes = {}});
  ASSERT_EQ(report.clients.entries.size(), 2U);
  EXPECT_EQ(report.clients.entries[0].value.last_seen, kMonday + 7);
  EXPECT_EQ(report.clients.entries[1].value.user_agent, "curl/2");
  EXPECT_THAT(report.clients.entries[1].value.indices,
              UnorderedElementsAre(Pair("orders", 1U), Pair("users", 1U)));
}

TEST(Analysis, AClientsNamesAreBounded) {
  Analysis analysis;
  for (int i = 0; i < 100; ++i) {
    Observation seen = Write(kMonday + i);
    seen.indices = {"index" + std::to_string(i)};
    analysis.Add(seen);
  }
  const Report report =
      Finished(analysis, {.from = kMonday, .until = kMonday + kHourNs, .holes = {}});
  EXPECT_EQ(report.clients.entries[0].value.indices.size(), limits::kNamesOfClientMax);
  EXPECT_TRUE(report.clients.entries[0].value.more_names);
}

TEST(Analysis, TooManyShapesAreBoundedAndSaid) {
  Analysis analysis;
  for (size_t i = 0; i < 10 * limits::kShapesMax; ++i) {
    Observation seen = Write(kMonday + static_cast<TimeNs>(i));
    seen.shape = "GET /" + std::to_string(i);
    analysis.Add(seen);
  }
  const Report report =
      Finished(analysis, {.from = kMonday, .until = kMonday + kHourNs, .holes = {}});
  EXPECT_LE(report.shapes.entries.size(), 2 * limits::kShapesMax);
  EXPECT_GE(report.shapes.floor, 1U);
}

TEST(Analysis, PendingWritesOfAWindowAreThoseInFlight) {
  Analysis analysis;
  // Two that overlap in one second, then seconds with nothing to wait for.
  analysis.Add(Write(kMonday, kNsPerSecond / 2));
  analysis.Add(Write(kMonday + 5, kNsPerSecond / 2));
  const Report report =
      Finished(analysis, {.from = kMonday, .until = kMonday + kNsPerSecond, .holes = {}});
  ASSERT_TRUE(report.quiet.once);
  EXPECT_EQ(report.quiet.once->writes.in_flight_max, 2U);
  EXPECT_EQ(report.quiet.once->writes.in_flight_ns, uint64_t{kNsPerSecond});
  EXPECT_EQ(report.quiet.once->writes.slowest_ns, kNsPerSecond / 2);
}

TEST(Analysis, WithoutCoverageNothingIsQuiet) {
  Analysis analysis;
  analysis.Add(Write(kMonday));
  analysis.Add(Write(kMonday + kHourNs));
  Calendar utc = *Calendar::Make("UTC");
  const Report report = analysis.Finish({.coverage = {}, .window_ns = kNsPerSecond}, utc);
  EXPECT_FALSE(report.quiet.once);
}

}  // namespace
}  // namespace trafrec::patterns
