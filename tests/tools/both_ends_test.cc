// Two recorders at the two ends of a wire, live.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "tests/support/wait_until.h"
#include "tests/tools/live_recording.h"
#include "tests/tools/wire.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::RunningProcess;
using test_support::Trafrec;
using test_support::WebServer;
using test_support::Wire;
using testing::HasSubstr;

class BothEnds : public testing::Test {
 protected:
  std::vector<std::string> RecordCommand(const std::string& interface,
                                         const std::string& recorder) const {
    return {"record", "-i", interface, "--port",     "9200",  "--checksums",
            "ignore", "-l", log_,      "--recorder", recorder};
  }
  void Fetch(const std::string& path) const {
    EXPECT_EQ(wire_.other()
                  .Run({"/usr/bin/curl", "-sS", "-o", "/dev/null", "-Z", "--parallel-max", "8",
                        std::string("http://") + Wire::kHere + ":9200" + path})
                  ->Finish()
                  .exit_code,
              0);
  }

  const test_support::PrivateNetwork network_;
  const Wire wire_;
  WebServer server_{9200, Wire::kHere};
  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
};

TEST_F(BothEnds, WhatOneOfThemLosesTheOtherOneHas) {
  const auto at_server =
      std::make_unique<test_support::RunningTrafrec>(RecordCommand("here", "server"));
  at_server->WaitForError("recording on here");
  // What it loses is decided by sequence numbers: 13 of 256.
  std::vector<std::string> lossy = RecordCommand("there", "client");
  lossy.insert(lossy.begin(), TRAFREC_BINARY);
  lossy.insert(lossy.end(), {"--filter", "tcp[7] > 12"});
  const auto at_client = wire_.other().Run(lossy);
  at_client->WaitForError("recording on there");

  Fetch("/item?id=[1-1500]");
  Fetch("/missing?id=[1-500]");
  Fetch("/large?id=[1-5]");
  for (const auto* recorder : {at_client.get(), static_cast<RunningProcess*>(at_server.get())}) {
    recorder->Signal(SIGINT);
  }
  ASSERT_EQ(at_server->Finish().exit_code, 0);
  ASSERT_EQ(at_client->Finish().exit_code, 0);

  std::vector<std::string> served = server_.StopAndReadLog();
  std::vector<std::string> recorded = CompleteExchanges(log_);
  std::ranges::sort(served);
  std::ranges::sort(recorded);
  ASSERT_EQ(served.size(), 2'005U);
  EXPECT_EQ(recorded, served);
  EXPECT_EQ(Exported(log_).size(), served.size());

  const json stats = json::parse(Trafrec({"stats", log_, "--json"}).out);
  EXPECT_GT(stats["merged"]["seen_by_several"], 1'500);
  EXPECT_GT(stats["attempts"][0]["counters"]["exchanges.incomplete"], 20) << "nothing was lost";
}

TEST_F(BothEnds, ADeadRecorderHoldsBackTheOtherUntilItIsGivenUp) {
  test_support::RunningTrafrec alive(RecordCommand("here", "alive"));
  alive.WaitForError("recording on here");
  test_support::RunningTrafrec dead(RecordCommand("here", "dead"));
  dead.WaitForError("recording on here");
  dead.Signal(SIGKILL);
  dead.Finish();
  Fetch("/item?id=[1-10]");
  test_support::WaitUntil("the dead one holds back what the other has written", [&] {
    return Trafrec({"show", log_})
               .err.find(
                   "recorder 'dead' has written no further (its process "
                   "is not running here)") != std::string::npos;
  });
  Outcome without;
  test_support::WaitUntil("all are shown without it", [&] {
    without = Trafrec({"show", log_, "--without", "dead", "--json"});
    return std::ranges::count(without.out, '\n') == 10;
  });
  EXPECT_THAT(without.err, HasSubstr("going on without recorder 'dead'"));
  alive.Signal(SIGINT);
  alive.Finish();
}

}  // namespace
}  // namespace trafrec::tools
