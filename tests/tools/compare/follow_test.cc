#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/wait_until.h"
#include "tests/tools/compare/replayed_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::HttpAnswer;
using test_support::Outcome;
using test_support::ReplayedLog;
using test_support::Trafrec;
using testing::HasSubstr;

constexpr int kExchanges = 20;

TEST(CompareFollow, EndsWithTheRunAndSaysWhatALaterComparisonSays) {
  const ReplayedLog log(test_support::NumberedPaths(kExchanges),
                        [](const std::string&) { return HttpAnswer("200 OK", "1"); });
  const send::ScriptedServer target({send::ScriptedServer::Answering(
      [](const std::string&) { return HttpAnswer("200 OK", "2"); })});
  const std::string run = log.folder() / "run";
  test_support::RunningTrafrec replay({"replay", log.log(), "--to", target.url(), "--run", run,
                                       "--dialect", "http", "--speed", "20/s", "--quiet"});
  test_support::WaitUntil("the first answer is in the run",
                          [&] { return !Trafrec({"show", run}).out.empty(); });
  const Outcome following = Trafrec({"compare", log.log(), run, "--follow", "--json"});
  EXPECT_EQ(replay.Finish().exit_code, 0);
  EXPECT_EQ(following.exit_code, 3) << following.err;
  EXPECT_THAT(following.out, HasSubstr(R"("compared":20,"differing":20,)"));
  EXPECT_EQ(following.out, Trafrec({"compare", log.log(), run, "--json"}).out);
}

TEST(CompareFollow, IsNotForWhatNeedsTheWholeRun) {
  const Outcome outcome = Trafrec({"compare", "log", "run", "--follow", "--learn-noise"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("a whole run"));
}

}  // namespace
}  // namespace trafrec::tools
