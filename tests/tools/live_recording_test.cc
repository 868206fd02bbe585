#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <memory>

#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using test_support::WebServer;
using testing::IsEmpty;

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

}  // namespace
}  // namespace trafrec::tools
