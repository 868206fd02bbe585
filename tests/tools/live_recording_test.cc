#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <memory>

#include "tests/support/wait_until.h"
#include "tests/tools/captures.h"
#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::Trafrec;
using test_support::WebServer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Lines of `all` that `of` does not have, or not as often.
std::vector<std::string> Missing(std::vector<std::string> all, std::vector<std::string> of) {
  std::ranges::sort(all);
  std::ranges::sort(of);
  std::vector<std::string> missing;
  std::ranges::set_difference(all, of, std::back_inserter(missing));
  return missing;
}

/// Sends 20,000 requests, each with a number of its own: on many connections at once, with bodies,
/// and one after the other on one connection.
void SendTwentyThousandRequests(const WebServer& server) {
  for (const auto& client :
       {Curl({"-Z", "--parallel-max", "16", server.url() + "/item?id=[1-12000]"}),
        Curl({"-Z", "--json", R"({"name":"value"})", server.url() + "/created?id=[1-6000]"}),
        Curl({server.url() + "/missing?id=[1-2000]"})}) {
    EXPECT_EQ(client->Finish().exit_code, 0);
  }
}

TEST_F(LiveRecording, EveryRequestInTheServersAccessLogIsRecordedOnce) {
  const auto recorder = Record(log_);
  SendTwentyThousandRequests(server_);
  recorder->Signal(SIGINT);
  ASSERT_EQ(recorder->Finish().exit_code, 0);
  const std::vector<std::string> served = server_.StopAndReadLog();
  const std::vector<std::string> recorded = CompleteExchanges(log_);
  ASSERT_EQ(served.size(), 20'000U);
  EXPECT_THAT(Missing(served, recorded), IsEmpty());
  EXPECT_THAT(Missing(recorded, served), IsEmpty());
}

TEST_F(LiveRecording, ARunningRecordersNameIsRefusedAndItsProcessNamed) {
  const auto first = Record(log_);
  const Outcome second = Trafrec({"record", "-i", "lo", "-l", log_, "--recorder", "test"});
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr(std::to_string(first->pid())));
}

TEST_F(LiveRecording, AnotherRecordersNameIsWelcomeInARunningLog) {
  const auto first = Record(log_);
  test_support::WriteSampleCapture(folder_ / "sample.pcap");
  const Outcome second =
      Trafrec({"record", "-r", folder_ / "sample.pcap", "-l", log_, "--recorder", "other"});
  EXPECT_EQ(second.exit_code, 0) << second.err;
}

struct Signal {
  int number;

  friend void PrintTo(const Signal& signal, std::ostream* out) {
    *out << "SIG" << sigabbrev_np(signal.number);
  }
};

class EndingSignal : public LiveRecording, public testing::WithParamInterface<Signal> {};

TEST_P(EndingSignal, EndsItInGoodOrder) {
  const auto recorder = Record(log_);
  recorder->Signal(GetParam().number);
  const Outcome outcome = recorder->Finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("stopping: "));
  EXPECT_THAT(outcome.out, StartsWith("recorded 0 exchanges"));
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
  EXPECT_THAT(Trafrec({"stats", log_}).out, Not(HasSubstr("crash")));
}

INSTANTIATE_TEST_SUITE_P(LiveRecording, EndingSignal,
                         testing::Values(Signal{SIGINT}, Signal{SIGTERM}));

TEST_F(LiveRecording, Usr1BeginsANewSegmentAndLosesNothing) {
  const auto recorder = Record(log_);
  Curl({server_.url() + "/item?before=[1-5]"})->Finish();
  recorder->Signal(SIGUSR1);
  test_support::WaitUntil("the first segment is sealed", [&] {
    return std::filesystem::exists(log_ + "/test/0001/000001.sqlite");
  });
  Curl({server_.url() + "/item?after=[1-5]"})->Finish();
  recorder->Signal(SIGINT);
  EXPECT_EQ(recorder->Finish().exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(log_ + "/test/0001/000002.sqlite"));
  EXPECT_EQ(CompleteExchanges(log_).size(), 10U);
}

TEST_F(LiveRecording, StatsShowsWhatSurvivesAPowerLoss) {
  const auto recorder = Record(log_, {"--durability", "full"});
  Curl({server_.url() + "/item?n=[1-5]"})->Finish();
  test_support::WaitUntil("it is durable", [&] {
    const json attempt = LastAttempt(log_);
    return !attempt.is_null() && attempt["durable"]["exchanges_below"].get<uint64_t>() > 5;
  });
  recorder->Signal(SIGINT);
  EXPECT_EQ(recorder->Finish().exit_code, 0);
  EXPECT_THAT(test_support::Trafrec({"stats", log_}).out, testing::HasSubstr("durable   the same"));
}

}  // namespace
}  // namespace trafrec::tools
