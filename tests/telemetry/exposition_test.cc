#include "telemetry/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "telemetry/process_metrics.h"

namespace trafrec::telemetry {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Exposition, MetricsOfOneNameShareOneHead) {
  const std::string text = Exposition({.counters = {{"gaps.closed.count", "", 3},
                                                    {"gaps.count", "", 7},
                                                    {"gaps.timeout.count", "", 4}},
                                       .metrics = {},
                                       .lags = {}});
  EXPECT_THAT(text, HasSubstr("# TYPE trafrec_gap_causes_total counter\n"
                              "trafrec_gap_causes_total{cause=\"closed\"} 3\n"
                              "trafrec_gap_causes_total{cause=\"timeout\"} 4\n"));
}

TEST(Exposition, LagsAreCumulativeBucketsInSeconds) {
  LagHistogram lags;
  lags.Add(kNsPerMs / 2);
  lags.Add(20 * kNsPerMs);
  lags.Add(kLagBoundsNs.back() + 1);
  const std::string text =
      Exposition({.counters = {},
                  .metrics = {},
                  .lags = {{"lag_seconds", "Lag.", lags.counts(), {{"stage", "store"}}}}});
  EXPECT_THAT(text, AllOf(HasSubstr("lag_seconds_bucket{stage=\"store\",le=\"0.001\"} 1\n"),
                          HasSubstr("lag_seconds_bucket{stage=\"store\",le=\"0.025\"} 2\n"),
                          HasSubstr("lag_seconds_bucket{stage=\"store\",le=\"300\"} 2\n"),
                          HasSubstr("lag_seconds_bucket{stage=\"store\",le=\"+Inf\"} 3\n"),
                          HasSubstr("lag_seconds_count{stage=\"store\"} 3\n")));
}

TEST(Exposition, TextInLabelsIsEscaped) {
  const std::string text = Exposition(
      {.counters = {}, .metrics = {{"info", "Info.", 1, {{"log", "a\"b\\c\nd"}}}}, .lags = {}});
  EXPECT_THAT(text, HasSubstr("info{log=\"a\\\"b\\\\c\\nd\"} 1\n"));
}

TEST(ProcessMetrics, ThisProcessHasMemoryAndThreads) {
  const std::vector<Metric> metrics = ProcessMetrics();
  const auto value = [&](std::string_view name) {
    const auto found = std::ranges::find(metrics, name, &Metric::name);
    return found == metrics.end() ? -1.0 : found->value;
  };
  EXPECT_GT(value("process_resident_memory_bytes"), 0);
  EXPECT_GE(value("process_threads"), 1);
  EXPECT_GT(value("process_start_time_seconds"), 0);
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  EXPECT_GE(value("process_open_fds"), 3);
}

}  // namespace
}  // namespace trafrec::telemetry
