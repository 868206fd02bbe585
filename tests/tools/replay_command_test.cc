#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
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

/// A log of three reads, and a target that answers them.
class ReplayCommand : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteManyCapture(folder_ / "many.pcap", 3);
    test_support::RecordInto(log_, folder_ / "many.pcap");
  }
  Outcome Replay(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"replay",  log_,  "--to",      target_.url(),
                                          "--speed", "max", "--dialect", "http",
                                          "--run",   run_,  "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments);
  }
  std::string Written() const {
    std::ostringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }

  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string run_ = folder_ / "run";
  const std::string file_ = folder_ / "written";
  const std::string hook_ = "exchanges=3: echo $TRAFREC_RUN $TRAFREC_EXCHANGES >> " + file_;
  const send::ScriptedServer target_{
      {send::ScriptedServer::Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}};
};

TEST_F(ReplayCommand, AHookFiresWhenTheLastExchangeIsOver) {
  const Outcome outcome = Replay({"--on", hook_, "--on", "dead>0: true"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Written(), run_ + " 3\n");
  EXPECT_EQ(json::parse(outcome.out)["hooks"],
            json::parse(R"([{"on":)" + json(hook_).dump() + R"(,"state":"ended","status":0},
                            {"on":"dead>0: true","state":"waits","status":null}])"));
}

TEST_F(ReplayCommand, AHookFiresWhenAPartOfTheLogIsOver) {
  const Outcome outcome =
      Replay({"--on", "percent=100: echo $TRAFREC_PERCENT $TRAFREC_EXCHANGES >> " + file_});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Written(), "100.000 3\n");
}

TEST_F(ReplayCommand, AResumedRunDoesNotFireAHookAgain) {
  Replay({"--on", hook_});
  const Outcome resumed = Replay({"--resume", "--on", hook_});
  EXPECT_EQ(json::parse(resumed.out)["hooks"][0]["state"], "earlier") << resumed.err;
  EXPECT_EQ(Written(), run_ + " 3\n");
}

TEST_F(ReplayCommand, AResumeNeedsNoOptionOfTheBeginning) {
  Replay({"--on", hook_, "--no-mark"});
  const Outcome resumed = Trafrec({"replay", log_, "--run", run_, "--resume", "--json"});
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(json::parse(resumed.out)["hooks"][0]["state"], "earlier");
}

TEST_F(ReplayCommand, AResumeToAnotherTargetNamesBoth) {
  Replay({});
  const Outcome resumed =
      Trafrec({"replay", log_, "--to", "http://127.0.0.1:1", "--run", run_, "--resume"});
  EXPECT_EQ(resumed.exit_code, 2);
  EXPECT_THAT(resumed.err, AllOf(HasSubstr("--to " + target_.url()),
                                 HasSubstr("--to http://127.0.0.1:1"), HasSubstr("--fresh")));
}

TEST_F(ReplayCommand, CalibrationAsksBothSidesAndKeepsWhatTheyTook) {
  const send::ScriptedServer source(
      {send::ScriptedServer::Answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\n")});
  const Outcome outcome = Replay({"--calibrate", "--calibrate-source", source.url()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json sides = json::parse(outcome.out)["calibration"];
  ASSERT_EQ(sides.size(), 2U);
  EXPECT_GE(sides[0]["answered"], 1);
  EXPECT_EQ(sides[1]["name"], "source");
  EXPECT_GE(sides[1]["answered"], 1);
  std::ostringstream kept;
  kept << std::ifstream(run_ + "/round_trips.tsv").rdbuf();
  EXPECT_THAT(
      kept.str(),
      AllOf(HasSubstr("\ntarget\t"),
            HasSubstr("\nsource\tsource\t127.0.0.1:" + std::to_string(source.port()) + "\t")));
}

TEST_F(ReplayCommand, ASourceThatCannotBeAskedDoesNotStopTheRun) {
  const send::ClosedPort nobody;
  const Outcome outcome =
      Replay({"--calibrate-source", "http://127.0.0.1:" + std::to_string(nobody.port())});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["calibration"][1]["answered"], 0);
}

TEST_F(ReplayCommand, ACalibratingRequestInTheLogIsNotSent) {
  {
    test_support::PcapWriter file(folder_ / "asked.pcap");
    test_support::TcpConversation wire;
    wire.Handshake().ClientSends(
        "HEAD / HTTP/1.1\r\nHost: es\r\nUser-Agent: trafrec-calibrate/1\r\n\r\n");
    wire.Wait(kNsPerMs).ServerSends("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").Close();
    file.Write(wire.TakePackets());
  }
  test_support::RecordInto(folder_ / "asked", folder_ / "asked.pcap");
  const Outcome outcome = Trafrec({"replay", folder_ / "asked", "--to", target_.url(), "--speed",
                                   "max", "--dialect", "http", "--run", run_, "--json"});
  EXPECT_EQ(json::parse(outcome.out)["omitted"]["calibration"], 1) << outcome.err;
}

TEST_F(ReplayCommand, AFieldThatTheLogDoesNotHoldIsNamed) {
  {
    test_support::PcapWriter file(folder_ / "secret.pcap");
    test_support::TcpConversation wire;
    wire.Handshake().ClientSends("GET / HTTP/1.1\r\nHost: es\r\nAuthorization: Basic YTpi\r\n\r\n");
    wire.Wait(kNsPerMs).ServerSends("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").Close();
    file.Write(wire.TakePackets());
  }
  test_support::RecordInto(folder_ / "secret", folder_ / "secret.pcap");
  const Outcome outcome = Trafrec({"replay", folder_ / "secret", "--to", target_.url(), "--speed",
                                   "max", "--dialect", "http", "--run", run_, "--json"});
  EXPECT_EQ(json::parse(outcome.out)["withheld_fields"],
            json::parse(R"([{"field":"authorization","requests":1}])"))
      << outcome.err;
}

TEST_F(ReplayCommand, OfALogThatHasJustBegunTheDialectIsAskedFor) {
  {
    const test_support::PcapWriter empty(folder_ / "empty.pcap");
  }
  test_support::RecordInto(folder_ / "empty", folder_ / "empty.pcap");
  const Outcome outcome =
      Trafrec({"replay", folder_ / "empty", "--to", target_.url(), "--run", run_, "--follow"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--dialect search"));
  EXPECT_FALSE(std::filesystem::exists(run_));
}

TEST_F(ReplayCommand, AHookThatFailsIsAWarningAndNoFailure) {
  const Outcome outcome = Replay({"--on", "exchanges=3: exit 7"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("exchanges=3: exit 7"), HasSubstr("status 7")));
  EXPECT_EQ(json::parse(outcome.out)["hooks"][0]["status"], 7);
}

TEST_F(ReplayCommand, AWrongConditionIsToldBeforeAnythingIsSent) {
  const Outcome outcome = Replay({"--on", "exchangs=3: true"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("'exchangs'"), HasSubstr("exchanges?")));
  EXPECT_EQ(target_.connections(), 0U);
  EXPECT_FALSE(std::filesystem::exists(run_));
}

TEST_F(ReplayCommand, ADryRunReadsConditionsAndRunsNothing) {
  EXPECT_EQ(Replay({"--dry-run", "--on", "exchanges>=0: echo fired > " + file_}).exit_code, 0);
  EXPECT_EQ(Written(), "");
  EXPECT_EQ(Replay({"--dry-run", "--on", "exchanges>=x: true"}).exit_code, 2);
}

}  // namespace
}  // namespace trafrec::tools
