#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/commit/commit.h"
#include "store/verify/verify.h"
#include "tests/store/failing_disk.h"
#include "tests/store/log_fixture.h"
#include "tests/support/stride.h"

// Each call to the disk fails once while a log is committed.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

/// Of a log that gives a commit all its work: a finished attempt, one that did the same again, one
/// that did not finish, and a dead recorder.
void MakeLog(const fs::path& log) {
  for (int tries = 1; tries <= 2; ++tries) {
    LogWriterOptions options = Finite(log);
    options.job = "same";
    auto writer = LogWriter::Open(options).value();
    PutExchanges(*writer, 1, 3);
    CHECK(writer->Close(TimeOf(4)).has_value());
  }
  {
    auto unfinished = LogWriter::Open(Finite(log)).value();
    PutExchanges(*unfinished, 1, 3);
    unfinished->Drain();
  }
  LogWriterOptions live = Live(log);
  live.recorder = "dead";
  auto dead = LogWriter::Open(live).value();
  PutExchanges(*dead, 1, 3);
  dead->Drain();
}

/// "dead/0001 crashed 3", a line an attempt; of those whose files are gone nobody counts.
std::string InWords(const LogSummary& summary) {
  std::string text;
  for (const AttemptSummary& attempt : summary.attempts) {
    text += fmt::format("{}/{:04} {} {}\n", attempt.key.recorder, attempt.key.attempt,
                        AttemptStateName(attempt.state),
                        attempt.state == AttemptState::kDiscarded ? 0 : attempt.counts.exchanges);
  }
  return text;
}

Result<CommitReport> Commit(const fs::path& log) {
  CommitOptions options;
  options.log = log;
  options.version = "test";
  options.cleanup = Cleanup::kTrash;
  options.threads = 1;
  return CommitLog(options);
}

class CommitOnAFailingDisk : public testing::TestWithParam<Fault> {
 protected:
  CommitOnAFailingDisk() {
    MakeLog(made_);
    fs::copy(made_, right_, fs::copy_options::recursive);
    Quiet quiet;
    const WatchedDisk disk(quiet);
    expected_ = InWords(Commit(right_).value().summary);
  }

  class Quiet final : public DiskWatcher {
    DiskAnswer OnCall(const DiskCall&) override { return DiskAnswer::kDone; }
  };

  /// The number of calls that the fault could hit.
  uint64_t RunWithFault(uint64_t ordinal) {
    const TemporaryFolder folder;
    const fs::path log = folder / "log";
    fs::copy(made_, log, fs::copy_options::recursive);
    FailingDisk watcher(GetParam(), ordinal);
    {
      const WatchedDisk disk(watcher);
      const Result<CommitReport> report = Commit(log);
      if (!report) {
        EXPECT_THAT(report.error().what, testing::HasSubstr("/")) << "it names no file";
      } else if (report->committed) {
        EXPECT_EQ(InWords(report->summary), expected_);
      } else {
        EXPECT_FALSE(report->damages.empty());
      }
    }
    Quiet quiet;
    const WatchedDisk disk(quiet);
    const Result<CommitReport> again = Commit(log);
    EXPECT_TRUE(again && again->committed)
        << (again ? again->damages.front().what : again.error().what);
    EXPECT_EQ(again ? InWords(again->summary) : "", expected_);
    const Result<VerifyReport> verified = VerifyLog(log);
    EXPECT_TRUE(verified && verified->damages.empty());
    return watcher.calls();
  }

  const TemporaryFolder folder_;
  const fs::path made_ = folder_ / "made";
  const fs::path right_ = folder_ / "right";
  std::string expected_;
};

TEST_P(CommitOnAFailingDisk, LeavesALogThatCanBeCommitted) {
  const uint64_t calls = RunWithFault(0);
  ASSERT_GT(calls, 3U);
  for (uint64_t ordinal = 1; ordinal <= calls; ordinal += test_support::kStride) {
    RunWithFault(ordinal);
    ASSERT_FALSE(HasFailure()) << GetParam().name << ", call " << ordinal;
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryCall, CommitOnAFailingDisk,
    testing::Values(Fault{"IoErrorOnce", DiskAnswer::kIoError, Any, false},
                    Fault{"IoErrorForGood", DiskAnswer::kIoError, Any, true},
                    Fault{"NoSpaceForGood", DiskAnswer::kNoSpace, TakesSpace, true},
                    Fault{"ShortWriteOnce", DiskAnswer::kShortWrite, Writes, false},
                    Fault{"FailedSyncOnce", DiskAnswer::kIoError, Syncs, false}),
    [](const testing::TestParamInfo<Fault>& test) { return test.param.name; });

}  // namespace
}  // namespace trafrec::store
