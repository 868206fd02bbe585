#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "tests/support/wait_until.h"
#include "tests/tools/live_recording.h"
#include "tests/tools/sample_name.h"

// What a monitoring system gets of the built binary.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::RunToEnd;
using test_support::Trafrec;
using test_support::WaitUntil;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kAddress = "127.0.0.1:9105";

/// The answer's body, behind its status: "200 well: …".
std::string Get(const std::string& target) {
  const Outcome outcome = RunToEnd(
      {"/usr/bin/curl", "-sS", "-w", "\n%{http_code}", std::string("http://") + kAddress + target});
  const size_t end = outcome.out.rfind('\n');
  return end == std::string::npos ? outcome.err
                                  : outcome.out.substr(end + 1) + " " + outcome.out.substr(0, end);
}

/// "trafrec_exchanges_total" and its value, or -1.
double Sample(const std::string& scrape, const std::string& name) {
  const size_t at = scrape.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(scrape.substr(at + name.size() + 2));
}

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class LiveMetrics : public LiveRecording {};

TEST_F(LiveMetrics, AScrapeAgreesWithStats) {
  const auto recorder = Record(log_, {"--metrics", "9105"});
  Curl({server_.url() + "/item?n=[1-20]"})->Finish();
  std::string differing;
  WaitUntil("the last second's counters are in both", [&] {
    const json counters = LastAttempt(log_)["counters"];
    const std::string scrape = Get("/metrics");
    differing = counters.is_null() || counters.value("exchanges", 0) < 20 ? "no exchanges yet" : "";
    for (const auto& [counter, value] : counters.items()) {
      const auto name = telemetry::NameOfCounter(counter);
      if (Sample(scrape, SampleName(*name)) != value.get<double>()) {
        differing += counter + " ";
      }
    }
    return differing.empty();
  });
  EXPECT_EQ(differing, "");
}

TEST_F(LiveMetrics, DashboardAndRulesUseWhatAScrapeHas) {
  const auto recorder = Record(log_, {"--metrics", "9105"});
  Curl({server_.url() + "/item"})->Finish();
  std::string scrape;
  WaitUntil("the marks are in a scrape", [&] {
    scrape = Get("/metrics");
    return scrape.find("state=\"durable\"} ") != std::string::npos &&
           scrape.find("trafrec_mark_age_seconds{mark=\"requests_through\",state=\"durable\"") !=
               std::string::npos;
  });
  const std::filesystem::path packaging = std::filesystem::path(TRAFREC_SOURCE_DIR) / "packaging";
  const std::string text = ReadText(packaging / "grafana" / "trafrec.json") +
                           ReadText(packaging / "prometheus" / "trafrec.rules.yml");
  const std::regex metric("(trafrec|process)_[a-z_]+");
  std::set<std::string> used;
  for (std::sregex_iterator found(text.begin(), text.end(), metric), end; found != end; ++found) {
    used.insert(found->str());
  }
  EXPECT_GT(used.size(), 30U);
  std::set<std::string> missing;
  for (const std::string& name : used) {
    if (scrape.find("\n" + name + "{") == std::string::npos && Sample(scrape, name) < 0) {
      missing.insert(name);
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST_F(LiveMetrics, HealthSaysThatAllIsWellAndThenThatTheDiskIsFull) {
  const test_support::SmallDisk disk(24);
  const auto recorder = Record(disk.log(), {"--min-free", "0", "--metrics", "9105"});
  WaitUntil("all is well", [] { return Get("/healthz").starts_with("200 well: recording "); });
  disk.Fill(500'000);
  Curl({server_.url() + "/large?n=[1-3]"})->Finish();
  std::string answer;
  WaitUntil("the disk is full", [&] {
    answer = Get("/healthz");
    return answer.starts_with("503 ");
  });
  EXPECT_THAT(answer, AllOf(HasSubstr("disk_full: cannot store into " + disk.log().string()),
                            HasSubstr("\n  try: free some space")));
  disk.FreeWhatWasFilled();
  WaitUntil("all is well again", [] { return Get("/healthz").starts_with("200 well: "); });
}

TEST_F(LiveMetrics, APortInUseIsRefusedBeforeAnythingIsRecorded) {
  const Outcome outcome =
      Trafrec({"record", "-i", "lo", "-l", log_, "--metrics", "127.0.0.1:9200"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err,
              AllOf(StartsWith("trafrec: --metrics: cannot listen on 127.0.0.1:9200: Address "
                               "already in use\n"),
                    HasSubstr("try: another program listens there")));
  EXPECT_FALSE(std::filesystem::exists(log_));
}

TEST_F(LiveMetrics, AKilledRecorderDoesNotKeepItsPort) {
  auto recorder = Record(log_, {"--metrics", "9105"});
  EXPECT_THAT(Get("/"), StartsWith("200 "));
  recorder->Signal(SIGKILL);
  recorder->Finish();
  recorder = Record(log_, {"--metrics", "9105"});
  EXPECT_THAT(Get("/"), StartsWith("200 "));
}

TEST_F(LiveMetrics, JsonLogIsAnObjectALine) {
  auto recorder = std::make_unique<test_support::RunningTrafrec>(
      std::vector<std::string>{"record", "-i", "lo", "-l", log_, "--metrics", "9105", "--recorder",
                               "test", "--log-format", "json"});
  recorder->WaitForError("\"event\":\"started\"");
  recorder->Signal(SIGTERM);
  std::istringstream lines(recorder->Finish().err);
  std::vector<std::string> events;
  for (std::string line; std::getline(lines, line);) {
    const json event = json::parse(line, nullptr, false);
    ASSERT_FALSE(event.is_discarded()) << line;
    EXPECT_EQ(event["time"].get<std::string>().size(), 30U) << line;
    EXPECT_EQ(event["level"], "info") << line;
    events.push_back(event["event"]);
  }
  EXPECT_THAT(events, testing::ElementsAre("metrics", "started", "stopping"));
}

}  // namespace
}  // namespace trafrec::tools
