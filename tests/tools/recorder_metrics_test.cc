#include "tools/recorder_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "capture/recorder.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/sample_name.h"
#include "tools/metrics_endpoint.h"

namespace trafrec::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// The last look at a recording of a small capture, and what its counters were in the end.
class RecordedMetrics : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteSampleCapture(folder_ / "a.pcap");
    auto source = capture::OpenFiles({folder_ / "a.pcap"}, {});
    ASSERT_TRUE(source) << source.error().what;
    capture::RecorderOptions options;
    options.log.log = folder_ / "log";
    options.log.recorder = "test";
    capture::Recorder recorder(std::move(options), std::move(*source));
    auto summary = recorder.Run([&](const capture::RecorderProgress& look) { look_ = look; }, {});
    ASSERT_TRUE(summary) << summary.error().what;
    counters_ = std::move(summary->counters);
    text_ = telemetry::Exposition(ReadingOf(look_, {}, {"log", "test", "files"}, WallClockNow()));
  }

  const test_support::TemporaryFolder folder_;
  capture::RecorderProgress look_;
  Counters counters_;
  std::string text_;
};

TEST_F(RecordedMetrics, EveryCounterOfTheAccountIsAMetricWithItsValue) {
  ASSERT_GT(counters_.size(), 100U);
  for (const Counter& counter : counters_) {
    const auto name = telemetry::NameOfCounter(counter.name);
    ASSERT_TRUE(name) << counter.name << " has no metric";
    const std::string sample = SampleName(*name) + " " + std::to_string(counter.value) + "\n";
    EXPECT_THAT(text_, HasSubstr("\n" + sample)) << counter.name;
  }
}

TEST_F(RecordedMetrics, NoTwoCountersShareASample) {
  std::set<std::pair<std::string_view, telemetry::Labels>> samples;
  for (const Counter& counter : counters_) {
    const auto name = telemetry::NameOfCounter(counter.name);
    ASSERT_TRUE(name);
    EXPECT_TRUE(samples.emplace(name->metric, name->labels).second) << counter.name;
  }
}

TEST_F(RecordedMetrics, PromtoolHasNothingToSayOfThem) {
  std::ofstream(folder_ / "metrics") << text_;
  const test_support::Outcome outcome = test_support::RunToEnd(
      {"/usr/bin/promtool", "check", "metrics"}, {.input = folder_ / "metrics"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST_F(RecordedMetrics, TroubleOfEachKindIsThereBeforeItComes) {
  EXPECT_THAT(text_, AllOf(HasSubstr("\ntrafrec_trouble{kind=\"disk_full\"} 0\n"),
                           HasSubstr("\ntrafrec_healthy 1\n")));
  const std::string ill = telemetry::Exposition(
      ReadingOf(look_, {{"disk_full", "", ""}}, {"log", "test", "files"}, WallClockNow()));
  EXPECT_THAT(ill, AllOf(HasSubstr("\ntrafrec_trouble{kind=\"disk_full\"} 1\n"),
                         HasSubstr("\ntrafrec_healthy 0\n")));
}

class Endpoint : public RecordedMetrics {
 protected:
  void SetUp() override {
    RecordedMetrics::SetUp();
    auto endpoint = MetricsEndpoint::Open("0", {"log", "test", "files"});
    ASSERT_TRUE(endpoint) << endpoint.error().what;
    endpoint_ = std::move(*endpoint);
  }

  telemetry::HttpAnswer Ask(std::string_view path, std::string_view accept = {},
                            std::string_view format = {}) const {
    return endpoint_->Answer({.path = path, .accept = accept, .format = format});
  }

  std::unique_ptr<MetricsEndpoint> endpoint_;
};

TEST_F(Endpoint, IsUnwellUntilTheRecorderHasSaidSomething) {
  EXPECT_EQ(Ask("/healthz").status, 503U);
  EXPECT_EQ(Ask("/metrics").status, 503U);
  endpoint_->Update(look_, {});
  EXPECT_EQ(Ask("/healthz").status, 200U);
  EXPECT_EQ(Ask("/metrics").status, 200U);
}

TEST_F(Endpoint, TroubleIs503WithItsWords) {
  endpoint_->Update(look_, {{"disk_full", "the disk is full", "free some space"}});
  const telemetry::HttpAnswer answer = Ask("/healthz");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.body, "disk_full: the disk is full\n  try: free some space\n");
}

TEST_F(Endpoint, HealthIsJsonByAcceptOrFormat) {
  endpoint_->Update(look_, {});
  EXPECT_EQ(Ask("/healthz", "application/json").content_type, "application/json");
  EXPECT_EQ(Ask("/healthz", "", "json").content_type, "application/json");
  EXPECT_THAT(Ask("/healthz", "text/html,*/*").content_type, Not(HasSubstr("json")));
  EXPECT_THAT(Ask("/healthz", "", "json").body,
              AllOf(HasSubstr("{\"healthy\":true,\"message\":"), HasSubstr("\"troubles\":[]")));
}

TEST_F(Endpoint, SaysWhatThereIs) {
  EXPECT_THAT(Ask("/").body, AllOf(HasSubstr("/metrics"), HasSubstr("/healthz")));
  EXPECT_EQ(Ask("/etc/passwd").status, 404U);
}

}  // namespace
}  // namespace trafrec::tools
