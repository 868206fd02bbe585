#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wait_until.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::RunningTrafrec;
using test_support::Trafrec;
using test_support::WaitUntil;
using testing::HasSubstr;

/// A replay whose edits never end with the one request that they are given.
class ReplayStop : public testing::Test {
 protected:
  void SetUp() override {
    {
      test_support::PcapWriter file(folder_ / "one.pcap");
      test_support::TcpConversation wire;
      wire.Handshake().ClientSends("PUT /a HTTP/1.1\r\nHost: es\r\nContent-Length: 2\r\n\r\n{}");
      wire.Wait(kNsPerMs).ServerSends("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").Close();
      file.Write(wire.TakePackets());
    }
    test_support::RecordInto(log_, folder_ / "one.pcap");
  }
  std::vector<std::string> Command(const std::string& edits,
                                   const std::vector<std::string>& more) const {
    std::vector<std::string> command = {
        "replay",    log_,  "--to", target_.url(), "--edits", folder_.Write("edits.toml", edits),
        "--dialect", "http"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  /// The program runs: a filter says so before it hangs, jq is begun beside the control's socket.
  void AwaitFile(const std::string& file) const {
    WaitUntil("the replay has come so far", [&] { return std::filesystem::exists(file); });
  }

  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string run_ = folder_ / "run";
  const std::string control_ = run_ + "/replay/control.json";
  const std::string hangs_ = folder_ / "hangs";
  const std::string endless_ =
      "[[jq]]\nprogram = 'def f: f; f'\ntimeout_ms = 600000\non_error = \"keep\"\n";
  const std::string filter_ = "[filter]\ntimeout_ms = 600000\ncommand = \"read line; touch " +
                              hangs_ + "; exec sleep 1000\"\n";
  const send::ScriptedServer target_{
      {send::ScriptedServer::Answering("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")}};
};

TEST_F(ReplayStop, AnInterruptEndsARunWhoseProgramOfJqNeverEnds) {
  RunningTrafrec replay(Command(endless_, {"--run", run_}));
  AwaitFile(control_);
  replay.Signal(SIGINT);
  const Outcome outcome = replay.Finish();
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("stopped after 0 exchanges"));
  EXPECT_THAT(outcome.out,
              HasSubstr("next: trafrec replay " + log_ + " --run " + run_ + " --resume\n"));
  EXPECT_THAT(outcome.err, testing::Not(HasSubstr("nothing is selected")));
}

TEST_F(ReplayStop, AnInterruptSaysWhatItWaitsForAndHowToEndThat) {
  RunningTrafrec replay(Command(endless_, {"--run", run_}));
  AwaitFile(control_);
  replay.Signal(SIGINT);
  const Outcome outcome = replay.Finish();
  EXPECT_THAT(outcome.err, HasSubstr("another Ctrl-C ends it at once"));
}

TEST_F(ReplayStop, CtlEndsARunWhoseProgramOfJqNeverEnds) {
  RunningTrafrec replay(Command(endless_, {"--run", run_}));
  AwaitFile(control_);
  Trafrec({"ctl", run_, "stop"});
  EXPECT_EQ(replay.Finish().exit_code, 130);
}

TEST_F(ReplayStop, AnInterruptEndsARunWhoseFilterHangs) {
  RunningTrafrec replay(Command(filter_, {"--run", run_}));
  AwaitFile(hangs_);
  AwaitFile(control_);
  replay.Signal(SIGINT);
  EXPECT_EQ(replay.Finish().exit_code, 130);
}

TEST_F(ReplayStop, AnInterruptEndsADryRunWhoseFilterHangs) {
  RunningTrafrec replay(Command(filter_, {"--dry-run"}));
  AwaitFile(hangs_);
  replay.Signal(SIGINT);
  const Outcome outcome = replay.Finish();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("interrupted: that is not all that would be sent"));
}

TEST_F(ReplayStop, AHangupOfTheTerminalEndsARunInGoodOrder) {
  RunningTrafrec replay(Command(filter_, {"--run", run_}));
  AwaitFile(hangs_);
  AwaitFile(control_);
  replay.Signal(SIGHUP);
  EXPECT_EQ(replay.Finish().exit_code, 130);
}

}  // namespace
}  // namespace trafrec::tools
