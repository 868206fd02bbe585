// `trafrec ctl` at a recorder of real traffic.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/support/wait_until.h"
#include "tests/tools/live_recording.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::RunningTrafrec;
using test_support::Trafrec;
using test_support::WaitUntil;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Ctl : public LiveRecording {
 protected:
  Outcome Run(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"ctl", log_};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return Trafrec(all);
  }
  json Status() const {
    const Outcome outcome = Run({"status", "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  }
  void Request(const std::string& what) const {
    EXPECT_EQ(Curl({server_.url() + what})->Finish().exit_code, 0);
  }
  static void Finish(RunningTrafrec& recorder) {
    recorder.Signal(SIGINT);
    EXPECT_EQ(recorder.Finish().exit_code, 0);
  }
};

TEST_F(Ctl, StatusCountsWhatIsRecorded) {
  const auto recorder = Record(log_);
  Request("/a?id=[1-20]");
  json status;
  WaitUntil("all are counted", [&] {
    status = Status();
    return status["exchanges"] == 20;
  });
  EXPECT_EQ(status["recorder"], "test");
  EXPECT_EQ(status["pid"], recorder->pid());
  EXPECT_EQ(status["state"], "recording");
  EXPECT_GE(status["packets"], 40);
  EXPECT_EQ(status["lost"]["kernel_packets"], 0);
  EXPECT_EQ(status["segment"]["number"], 1);
  Finish(*recorder);
}

TEST_F(Ctl, StatusNamesWhoTalksOnceSomebodyLooks) {
  const auto recorder = Record(log_);
  json status;
  WaitUntil("the host is seen", [&] {
    status = Status();
    Request("/a?id=[1-20]");
    return !status["hosts"].is_null() && !status["hosts"].empty();
  });
  EXPECT_EQ(status["hosts"][0]["name"], "127.0.0.1:9200");
  EXPECT_THAT(status["connections"][0]["name"].get<std::string>(), HasSubstr(" > 127.0.0.1:9200"));
  Finish(*recorder);
}

TEST_F(Ctl, StatusIsTextForPeople) {
  const auto recorder = Record(log_);
  const Outcome outcome = Run({"status"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("test recording for"));
  EXPECT_THAT(outcome.out, HasSubstr("lost     nothing that is known"));
  Finish(*recorder);
}

TEST_F(Ctl, RotateNamesTheSegmentThatIsOpenThen) {
  const auto recorder = Record(log_);
  Request("/a");
  WaitUntil("it is stored", [&] { return Status()["exchanges"] == 1; });
  const Outcome outcome = Run({"rotate", "--json", "--timeout", "60s"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json rotated = json::parse(outcome.out);
  EXPECT_EQ(rotated["ended"], 1);
  EXPECT_EQ(rotated["file"], "test/0001/000002.open");
  EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(log_) / "test/0001/000002.open"));
  Finish(*recorder);
}

TEST_F(Ctl, StopSealsAndSaysWhatWasRecorded) {
  const auto recorder = Record(log_);
  Request("/a?id=[1-7]");
  const Outcome outcome = Run({"stop", "--timeout", "60s"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("recorder 'test' has ended: recorded 7 exchanges"));
  EXPECT_EQ(recorder->Finish().exit_code, 0);
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
}

TEST_F(Ctl, FilterIsShown) {
  const auto recorder = Record(log_);
  EXPECT_THAT(Run({"filter"}).out, HasSubstr("tcp port 9200"));
  Finish(*recorder);
}

TEST_F(Ctl, ChangedFilterIsInTheLog) {
  const auto recorder = Record(log_);
  Request("/before");
  WaitUntil("it is stored", [&] { return Status()["exchanges"] == 1; });
  const Outcome changed = Run({"filter", "tcp port 1"});
  ASSERT_EQ(changed.exit_code, 0) << changed.err;
  EXPECT_THAT(changed.out, HasSubstr("now     tcp port 1\n"));
  Request("/without");
  ASSERT_EQ(Run({"filter", "--port", "9200"}).exit_code, 0);
  Request("/after");
  WaitUntil("it is stored", [&] { return Status()["exchanges"] == 2; });
  Finish(*recorder);
  EXPECT_THAT(CompleteExchanges(log_), ElementsAre("GET 404 /before", "GET 404 /after"));
  const json stats = json::parse(Trafrec({"stats", log_, "--json"}).out);
  size_t changes = 0;
  for (const json& loss : stats["attempts"][0]["losses"]) {
    changes += loss["cause"] == "filter" ? 1 : 0;
  }
  EXPECT_EQ(changes, 2U);
  EXPECT_THAT(Trafrec({"stats", log_}).out, HasSubstr("got another filter at"));
  EXPECT_EQ(Trafrec({"verify", log_, "--deep"}).exit_code, 0);
}

TEST_F(Ctl, BadFilterIsRefusedWithACaretAndChangesNothing) {
  const auto recorder = Record(log_);
  const Outcome outcome = Run({"filter", "tcp prt 80"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("\n  tcp prt 80\n      ^"));
  EXPECT_THAT(Run({"filter"}).out, HasSubstr("tcp port 9200"));
  Finish(*recorder);
}

/// The recorder's system calls are filtered: it could look up no name but those of /etc/hosts.
TEST_F(Ctl, NamesOfHostsAreLookedUpBeforeTheRecorderIsAsked) {
  const auto recorder = Record(log_, {"--host", "192.0.2.1"});
  const Outcome outcome = Run({"filter", "--host", "localhost"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("127.0.0.1"), Not(HasSubstr("localhost"))));
  Request("/a");
  WaitUntil("it is stored", [&] { return Status()["exchanges"] == 1; });
  Finish(*recorder);
}

TEST_F(Ctl, UnknownNameIsRefusedAndChangesNothing) {
  const auto recorder = Record(log_);
  const Outcome outcome = Run({"filter", "--host", "host.invalid"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("no address is known of the host 'host.invalid': "));
  EXPECT_THAT(outcome.err, HasSubstr("give its address"));
  EXPECT_THAT(Run({"filter"}).out, HasSubstr("tcp port 9200"));
  Finish(*recorder);
}

TEST_F(Ctl, NameInAnExpressionThatTheRecorderCannotLookUpIsToBeAnAddress) {
  const auto recorder = Record(log_);
  const Outcome outcome = Run({"filter", "tcp and host host.invalid"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("unknown host 'host.invalid'"));
  EXPECT_THAT(outcome.err, HasSubstr("asks no name server"));
  Finish(*recorder);
}

TEST_F(Ctl, EndedRecorderIsSaidToHaveEnded) {
  const auto recorder = Record(log_);
  Finish(*recorder);
  const Outcome outcome = Run({"status"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("ended at"));
  EXPECT_THAT(outcome.err, HasSubstr("recorded 0 exchanges"));
}

TEST_F(Ctl, KilledRecorderIsSaidToHaveDied) {
  const auto recorder = Record(log_);
  recorder->Signal(SIGKILL);
  recorder->Finish();
  const Outcome outcome = Run({"status"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("was killed or died"));
}

TEST_F(Ctl, NextStartReplacesTheSocketOfAKilledRecorder) {
  const auto killed = Record(log_);
  killed->Signal(SIGKILL);
  killed->Finish();
  const auto recorder = Record(log_);
  EXPECT_EQ(Status()["pid"], recorder->pid());
  Finish(*recorder);
}

/// A log whose recorder was killed must not steer the one that took its socket's name.
TEST_F(Ctl, AnotherLogsRecorderIsNeverAsked) {
  const auto killed = Record(log_);
  killed->Signal(SIGKILL);
  killed->Finish();
  const auto other = Record(folder_ / "other");
  std::ifstream in(folder_ / "other/test/control.json");
  json theirs = json::parse(in);
  json ours = json::parse(std::ifstream(std::filesystem::path(log_) / "test/control.json"));
  ours["socket"] = theirs["socket"];
  std::ofstream(std::filesystem::path(log_) / "test/control.json") << ours;
  const Outcome outcome = Run({"stop"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("was killed or died"));
  Finish(*other);
}

TEST_F(Ctl, LogFromAnotherMachineIsSaidToBeFromThere) {
  const auto recorder = Record(log_);
  Finish(*recorder);
  const auto path = std::filesystem::path(log_) / "test/control.json";
  json file = json::parse(std::ifstream(path));
  file["boot_id"] = "another";
  file["host"] = "node7";
  file["ended_ns"] = nullptr;
  std::ofstream(path) << file;
  const Outcome outcome = Run({"status"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("was started on node7"));
}

TEST_F(Ctl, RecorderThatIsStoppedByASignalIsGivenUp) {
  const auto recorder = Record(log_);
  recorder->Signal(SIGSTOP);
  const Outcome outcome = Run({"status", "--timeout", "100ms"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no answer from"));
  recorder->Signal(SIGCONT);
  Finish(*recorder);
}

TEST_F(Ctl, OfSeveralRecordersOneMustBeNamed) {
  const auto first = Record(log_);
  RunningTrafrec second({"record", "-i", "lo", "-l", log_, "--recorder", "second"});
  second.WaitForError("recording on lo");
  const Outcome outcome = Run({"rotate"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("second, test"));
  EXPECT_EQ(Run({"stop", "--recorder", "second", "--timeout", "60s"}).exit_code, 0);
  EXPECT_EQ(second.Finish().exit_code, 0);
  EXPECT_EQ(Status()["recorder"], "test");
  Finish(*first);
}

TEST_F(Ctl, WithoutALogOrAnActionUsageIsShown) {
  EXPECT_EQ(Trafrec({"ctl"}).exit_code, 2);
  EXPECT_EQ(Run({}).exit_code, 2);
  EXPECT_THAT(Run({"halt"}).err, HasSubstr("status, rotate, stop, filter, pause"));
}

TEST_F(Ctl, LogOfFilesHasNoRecorderToAsk) {
  const Outcome recorded =
      Trafrec({"record", "-r",
               folder_.Write("a.pcap", std::string("\xd4\xc3\xb2\xa1\x02\0\x04\0"
                                                   "\0\0\0\0\0\0\0\0\xff\xff\0\0"
                                                   "\x01\0\0\0",
                                                   24)),
               "-l", log_, "--recorder", "test"});
  ASSERT_EQ(recorded.exit_code, 0) << recorded.err;
  const Outcome outcome = Run({"status"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("recorder 'test' is not running"));
}

}  // namespace
}  // namespace trafrec::tools
