// What is found out without sending anything: the plan, what is left of a run, what a run lacks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A log of three reads, test-0001-11 to -13, and a target that answers them.
class ReplayDryRun : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteManyCapture(folder_ / "many.pcap", 3);
    test_support::RecordInto(log_, folder_ / "many.pcap");
  }
  Outcome Replay(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"replay",    log_,   "--to",    target_.url(),
                                          "--dialect", "http", "--speed", "max"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments);
  }

  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string run_ = folder_ / "run";
  const send::ScriptedServer target_{
      {send::ScriptedServer::Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}};
};

TEST_F(ReplayDryRun, AnItemIsExplainedLikeItsExchange) {
  EXPECT_EQ(Replay({"--explain", "test-0001-11/0"}).out, Replay({"--explain", "test-0001-11"}).out);
  EXPECT_THAT(Replay({"--explain", "test-0001-11/0"}).out, HasSubstr("test-0001-11, item 0"));
}

TEST_F(ReplayDryRun, AnItemThatIsNotThereIsNotSent) {
  const Outcome outcome = Replay({"--explain", "test-0001-11/7"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("test-0001-11/7 is not sent"));
}

TEST_F(ReplayDryRun, AnExplanationHasJson) {
  const json explained = json::parse(Replay({"--explain", "test-0001-11", "--json"}).out);
  EXPECT_EQ(explained["exchange"], "test-0001-11");
  EXPECT_EQ(explained["request"], "GET /0");
  EXPECT_EQ(explained["keys"][0]["write"], false);
  EXPECT_EQ(explained["waits_for"], json::array());
}

TEST_F(ReplayDryRun, OfARunThatGoesOnOnlyWhatIsLeftIsListed) {
  ASSERT_EQ(Replay({"--run", run_, "--limit", "2"}).exit_code, 0);
  const Outcome left = Trafrec({"replay", log_, "--run", run_, "--resume", "--dry-run"});
  EXPECT_EQ(left.exit_code, 0) << left.err;
  EXPECT_THAT(left.out, AllOf(HasSubstr("GET /2"), Not(HasSubstr("GET /0"))));
  EXPECT_THAT(left.err, HasSubstr("1 operation left of the run"));
}

TEST_F(ReplayDryRun, OfARunWithOtherOptionsNothingIsListed) {
  ASSERT_EQ(Replay({"--run", run_}).exit_code, 0);
  const Outcome left = Replay({"--run", run_, "--resume", "--dry-run", "--only", "mutations"});
  EXPECT_EQ(left.exit_code, 2);
  EXPECT_THAT(left.err, HasSubstr("other options"));
}

TEST_F(ReplayDryRun, ARunDoesNotGoOnWithConditionsThatItWasNotBegunWith) {
  ASSERT_EQ(Replay({"--run", run_, "--limit", "1"}).exit_code, 0);
  for (const std::vector<std::string>& condition : {std::vector<std::string>{"--method", "GET"},
                                                    {"--target", "2"},
                                                    {"--status", "200"},
                                                    {"--flag", "lenient"},
                                                    {"--complete"},
                                                    {"--incomplete"}}) {
    std::vector<std::string> more = {"--run", run_, "--resume"};
    more.insert(more.end(), condition.begin(), condition.end());
    const Outcome outcome = Replay(more);
    EXPECT_EQ(outcome.exit_code, 2) << condition.front();
    EXPECT_THAT(outcome.err, HasSubstr("other options")) << condition.front();
  }
}

TEST_F(ReplayDryRun, TheLimitOfARunThatGoesOnCountsWhatIsLeftOfIt) {
  ASSERT_EQ(Replay({"--run", run_, "--limit", "1"}).exit_code, 0);
  const std::vector<std::string> one_more = {"--run", run_, "--resume", "--limit", "1", "--json"};
  for (int life = 0; life < 2; ++life) {
    const Outcome outcome = Replay(one_more);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(json::parse(outcome.out)["answered"], 1) << outcome.out;
  }
  EXPECT_EQ(json::parse(Replay(one_more).out)["answered"], 0);
}

TEST_F(ReplayDryRun, ASecretThatIsMissingIsToldWithoutSending) {
  const Outcome outcome = Replay({"--dry-run", "--auth", "basic"});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("there is no secret in TRAFREC_AUTH_SECRET"));
  EXPECT_EQ(target_.connections(), 0U);
}

TEST_F(ReplayDryRun, ConditionsThatChooseNothingAreToldSo) {
  EXPECT_THAT(Replay({"--dry-run", "--method", "PATCH"}).err, HasSubstr("nothing is selected"));
  EXPECT_THAT(Replay({"--run", run_, "--only", "mutations"}).err,
              HasSubstr("nothing is selected: 3 exchanges read"));
}

TEST_F(ReplayDryRun, ClocksThatNobodyComparedAreNotTakenForEqual) {
  test_support::WriteSampleCapture(folder_ / "sample.pcap");
  const Outcome recorded = Trafrec({"record", "--read", folder_ / "sample.pcap", "--log", log_,
                                    "--recorder", "other", "--quiet"});
  ASSERT_EQ(recorded.exit_code, 0) << recorded.err;
  EXPECT_THAT(Replay({"--dry-run", "--phantoms", "send"}).err,
              HasSubstr("taken to be within 10 s of each other"));
  EXPECT_THAT(Replay({"--dry-run", "--phantoms", "send", "--clock-error", "1ms"}).err,
              Not(HasSubstr("taken to be within")));
}

TEST_F(ReplayDryRun, ARunInTheLogIsRefused) {
  const Outcome outcome = Replay({"--run", log_ + "/run"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("would lie in the log"));
  EXPECT_FALSE(std::filesystem::exists(log_ + "/run"));
}

TEST_F(ReplayDryRun, AColumnThatDoesNotExistIsToldWithThoseThatDo) {
  EXPECT_THAT(Replay({"--dry-run", "--where", "id = 'x'"}).err,
              AllOf(HasSubstr("no such column: id"), HasSubstr("latency_ns")));
}

TEST_F(ReplayDryRun, ANegativeLimitIsToldInItsOwnWord) {
  EXPECT_THAT(Replay({"--dry-run", "--limit", "-1"}).err,
              HasSubstr("'-1' is no whole number from 0 on"));
}

TEST_F(ReplayDryRun, ARunWithoutItsLedgerIsToldSo) {
  ASSERT_EQ(Replay({"--run", run_}).exit_code, 0);
  for (const char* file : {"/ledger.sqlite", "/ledger.sqlite-wal", "/ledger.sqlite-shm"}) {
    std::filesystem::remove(run_ + file);
  }
  EXPECT_THAT(Trafrec({"replay", log_, "--run", run_, "--resume"}).err,
              HasSubstr("ledger.sqlite is gone"));
}

}  // namespace
}  // namespace trafrec::tools
