#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <set>

#include "tests/support/wait_until.h"
#include "tests/tools/captures.h"
#include "tests/tools/live_recording.h"

// Recorders that do not get to seal their log.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::RunningTrafrec;
using test_support::Trafrec;
using test_support::WaitUntil;
using testing::HasSubstr;
using testing::Not;

class SuddenEnd : public LiveRecording {
 protected:
  std::set<uint64_t> NumbersInTheLog() const {
    std::set<uint64_t> numbers;
    for (const json& exchange : Exported(log_)) {
      numbers.insert(exchange["n"].get<uint64_t>());
    }
    return numbers;
  }

  /// The next start of the same recorder, which records nothing.
  Outcome StartAgain() const {
    const auto recorder = Record(log_);
    recorder->Signal(SIGINT);
    return recorder->Finish();
  }
};

std::set<uint64_t> NumbersBelow(uint64_t end) {
  std::set<uint64_t> numbers;
  for (uint64_t n = 1; n < end; ++n) {
    numbers.insert(n);
  }
  return numbers;
}

TEST_F(SuddenEnd, KillLosesNothingBelowWhatStatsCalledWritten) {
  const auto recorder = Record(log_);
  const auto client = Curl({"-Z", server_.url() + "/item?id=[1-1000000]"});
  uint64_t written = 0;
  WaitUntil("2,000 exchanges are written", [&] { return (written = WrittenBelow(log_)) > 2'000; });
  recorder->Signal(SIGKILL);
  recorder->Finish();
  EXPECT_THAT(NumbersInTheLog(), testing::IsSupersetOf(NumbersBelow(written)));
}

TEST_F(SuddenEnd, NextStartAfterAKillSealsWhatWasWritten) {
  const auto recorder = Record(log_);
  auto client = Curl({"-Z", server_.url() + "/item?id=[1-1000000]"});
  uint64_t written = 0;
  WaitUntil("2,000 exchanges are written", [&] { return (written = WrittenBelow(log_)) > 2'000; });
  recorder->Signal(SIGKILL);
  recorder->Finish();
  client.reset();
  EXPECT_EQ(StartAgain().exit_code, 0);
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
  EXPECT_THAT(NumbersInTheLog(), testing::IsSupersetOf(NumbersBelow(written)));
}

TEST_F(SuddenEnd, StatsSayThatAKillMayHaveTakenSomethingBeforeAndAfterTheNextStart) {
  const auto recorder = Record(log_);
  Curl({server_.url() + "/item?id=[1-50]"})->Finish();
  WaitUntil("50 exchanges are written", [&] { return WrittenBelow(log_) > 50; });
  recorder->Signal(SIGKILL);
  recorder->Finish();
  EXPECT_THAT(Trafrec({"stats", log_}).out,
              AllOf(HasSubstr("killed or died, and was not started again"),
                    Not(HasSubstr("nothing that is known"))));
  EXPECT_EQ(StartAgain().exit_code, 0);
  EXPECT_THAT(Trafrec({"stats", log_}).out, HasSubstr("killed or died: what went by between "));
}

TEST_F(SuddenEnd, SecondCtrlCEndsALiveRecordingAtOnce) {
  const auto recorder = Record(log_);
  // Both signals are there when it runs again: it has had no time to seal.
  recorder->Signal(SIGSTOP);
  recorder->Signal(SIGINT);
  recorder->Signal(SIGTERM);
  recorder->Signal(SIGCONT);
  const Outcome outcome = recorder->Finish();
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("exited at once; the log is not sealed"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("recorded")));
}

TEST_F(SuddenEnd, WhatWasWrittenBeforeASecondCtrlCIsRecovered) {
  const auto recorder = Record(log_);
  Curl({server_.url() + "/item?id=[1-50]"})->Finish();
  WaitUntil("50 exchanges are written", [&] { return WrittenBelow(log_) > 50; });
  recorder->Signal(SIGSTOP);
  recorder->Signal(SIGINT);
  recorder->Signal(SIGTERM);
  recorder->Signal(SIGCONT);
  EXPECT_EQ(recorder->Finish().exit_code, 130);
  EXPECT_EQ(StartAgain().exit_code, 0);
  EXPECT_EQ(CompleteExchanges(log_).size(), 50U);
}

TEST_F(SuddenEnd, AFileJobThatEndedAtOnceIsDoneAgain) {
  const std::string capture = folder_ / "sample.pcap";
  test_support::WriteSampleCapture(capture);
  // A pipe that stays open holds the job between its first signal and its end.
  const std::string fifo = folder_ / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  RunningTrafrec job({"record", "-r", fifo, "-l", log_, "--recorder", "test"});
  std::ofstream pipe(fifo, std::ios::binary);
  pipe << std::ifstream(capture, std::ios::binary).rdbuf() << std::flush;
  WaitUntil("the log is there", [&] { return std::filesystem::exists(log_ + "/log.json"); });
  job.Signal(SIGINT);
  job.WaitForError("stopping: ");
  job.Signal(SIGINT);
  const Outcome outcome = job.Finish();
  EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("exited at once"));
  test_support::RecordInto(log_, capture);
  EXPECT_EQ(Exported(log_).size(), 4U);
}

}  // namespace
}  // namespace trafrec::tools
