#include "tools/replay/replay_metrics.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/replay/replay_report.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;

replay::RunProgress SomeProgress() {
  replay::RunProgress progress;
  replay::RunCounts& counts = progress.counts;
  uint64_t next = 11;
  for (uint64_t* count :
       {&counts.exchanges, &counts.requests, &counts.readings, &counts.refreshes, &counts.answered,
        &counts.mutations, &counts.as_source, &counts.otherwise, &counts.unlike, &counts.dead,
        &counts.blocked, &counts.unanswered_reads, &counts.earlier, &counts.retries,
        &counts.throttled, &counts.sent_bytes, &counts.received_bytes}) {
    *count = next++;
  }
  for (const int64_t ms : {1, 3, 3, 400}) {
    progress.times.latency.Add(ms * kNsPerMs);
  }
  return progress;
}

TEST(ReplayMetrics, TheNumbersAreThoseOfTheReport) {
  ReplayReport report;
  report.progress = SomeProgress();
  const json told = json::parse(ReportAsJson(report));
  const std::string text = telemetry::Exposition(ReadingOf(report.progress, std::nullopt, "RUN"));
  const std::pair<const char*, const char*> samples[] = {
      {"exchanges", "exchanges_total"},
      {"requests", "requests_total"},
      {"sent_bytes", "sent_bytes_total"},
      {"received_bytes", "received_bytes_total"},
      {"readings", "readings_total"},
      {"refreshes", "refreshes_total"},
      {"retries", "retries_total"},
      {"throttled", "throttled_total"},
      {"mutations", "mutations_total"},
      {"answered", R"(operations_total{state="answered"})"},
      {"dead", R"(operations_total{state="dead"})"},
      {"blocked", R"(operations_total{state="blocked"})"},
      {"unanswered_reads", R"(operations_total{state="unanswered_read"})"},
      {"earlier", R"(operations_total{state="earlier"})"},
      {"as_source", R"(outcomes_total{outcome="as_source"})"},
      {"otherwise", R"(outcomes_total{outcome="otherwise"})"},
      {"unlike", R"(outcomes_total{outcome="unlike"})"}};
  for (const auto& [in_report, sample] : samples) {
    EXPECT_THAT(text, HasSubstr(fmt::format("\ntrafrec_replay_{} {}\n", sample,
                                            told.at(in_report).get<uint64_t>())));
  }
}

TEST(ReplayMetrics, LatenciesAreCountedByBounds) {
  const std::string text = telemetry::Exposition(ReadingOf(SomeProgress(), std::nullopt, "RUN"));
  EXPECT_THAT(text, HasSubstr("trafrec_replay_latency_seconds_count 4\n"));
  EXPECT_THAT(text, HasSubstr("trafrec_replay_latency_seconds_bucket{le=\"0.005\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("trafrec_replay_latency_seconds_bucket{le=\"0.5\"} 4\n"));
}

TEST(ReplayMetrics, HealthSaysWhatHoldsTheRunUp) {
  replay::RunProgress progress = SomeProgress();
  const telemetry::HttpRequest request{.path = "/healthz", .accept = {}, .format = {}};
  const auto well = AnswerOf(request, progress, 250 * kNsPerSecond, "RUN");
  EXPECT_EQ(well.status, 200U);
  EXPECT_THAT(well.body, HasSubstr("4m10s left"));
  progress.trouble = "the target cannot be reached";
  const auto ill = AnswerOf(request, progress, std::nullopt, "RUN");
  EXPECT_EQ(ill.status, 503U);
  EXPECT_THAT(ill.body, HasSubstr("the target cannot be reached"));
}

TEST(ReplayMetrics, HealthIsAnObjectForWhoAsksForOne) {
  replay::RunProgress progress = SomeProgress();
  progress.trouble = "the target cannot be reached";
  const auto asked = [&](std::string_view accept, std::string_view format) {
    return AnswerOf({.path = "/healthz", .accept = accept, .format = format}, progress,
                    std::nullopt, "RUN");
  };
  const auto ill = asked("", "json");
  EXPECT_EQ(ill.status, 503U);
  EXPECT_EQ(ill.content_type, "application/json");
  const json told = json::parse(ill.body);
  EXPECT_EQ(told["healthy"], false);
  EXPECT_EQ(told["troubles"][0]["what"], "the target cannot be reached");
  EXPECT_EQ(told["left_ns"], nullptr);
  EXPECT_EQ(asked("application/json", "").content_type, "application/json");
  EXPECT_THAT(asked("text/html", "").content_type, HasSubstr("text/plain"));
}

}  // namespace
}  // namespace trafrec::tools
