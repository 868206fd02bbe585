#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/private_machine.h"
#include "tests/tools/run_trafrec.h"
#include "tests/tools/web_server.h"

// The built binary on loopback, beside a real server and a real client.

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::RunningProcess;
using test_support::RunningTrafrec;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using test_support::WebServer;
using testing::IsEmpty;

constexpr uint16_t kPort = 9200;

class LiveRecording : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(test_support::EnterPrivateNetwork()); }

  const TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
};

/// "METHOD STATUS TARGET" of each exchange in the log of which nothing is missing.
std::vector<std::string> CompleteExchanges(const std::string& log) {
  const Outcome outcome = Trafrec({"export", log, "--complete"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  std::vector<std::string> lines;
  std::istringstream objects(outcome.out);
  for (std::string object; std::getline(objects, object);) {
    const auto json = nlohmann::json::parse(object);
    lines.push_back(json["method"].get<std::string>() + " " +
                    std::to_string(json["status"].get<int>()) + " " +
                    json["target"].get<std::string>());
  }
  return lines;
}

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
  const std::vector<std::string> curl = {"/usr/bin/curl", "-sS", "-o", "/dev/null"};
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), curl.begin(), curl.end());
    return std::make_unique<RunningProcess>(more);
  };
  for (const auto& client :
       {run({"-Z", "--parallel-max", "16", server.url() + "/item?id=[1-12000]"}),
        run({"-Z", "--json", R"({"name":"value"})", server.url() + "/created?id=[1-6000]"}),
        run({server.url() + "/missing?id=[1-2000]"})}) {
    EXPECT_EQ(client->Finish().exit_code, 0);
  }
}

TEST_F(LiveRecording, EveryRequestInTheServersAccessLogIsRecordedOnce) {
  WebServer server(kPort);
  RunningTrafrec recorder({"record", "-i", "lo", "--port", std::to_string(kPort), "-l", log_});
  recorder.WaitForError("recording on lo");
  SendTwentyThousandRequests(server);
  recorder.Signal(SIGINT);
  ASSERT_EQ(recorder.Finish().exit_code, 0);
  const std::vector<std::string> served = server.StopAndReadLog();
  const std::vector<std::string> recorded = CompleteExchanges(log_);
  ASSERT_EQ(served.size(), 20'000U);
  EXPECT_THAT(Missing(served, recorded), IsEmpty());
  EXPECT_THAT(Missing(recorded, served), IsEmpty());
}

}  // namespace
}  // namespace trafrec::tools
