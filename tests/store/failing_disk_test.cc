#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>

#include "store/verify/verify.h"
#include "tests/store/failing_disk.h"
#include "tests/store/small_recording.h"
#include "tests/store/watched_disk.h"
#include "tests/support/stride.h"
#include "tests/support/wait_until.h"

// Each call to the disk fails once, in every run of a small recording: once alone, and once with
// all calls after it.

namespace trafrec::store {
namespace {

using test_support::WaitUntil;
using Kind = DiskCall::Kind;

bool IsCovered(const LogContent& content, ExchangeNumber n) {
  return std::ranges::any_of(content.losses, [&](const LogContent::Loss& loss) {
    const bool interval = loss.cause == LossCause::kDiskFull || loss.cause == LossCause::kCrash ||
                          loss.cause == LossCause::kLoad;
    return interval && loss.from <= TimeOf(n) + 3000 && loss.until >= TimeOf(n);
  });
}

/// What is wrong with the log after the fault is gone and the recorder started again; empty if
/// nothing is.
std::string Defect(const std::filesystem::path& log, const SmallOutcome& outcome) {
  const LogContent content = ReadLog(log);
  for (ExchangeNumber n = 1; n <= kSmallExchanges; ++n) {
    const auto row = content.exchanges.find(n);
    const bool stored = row != content.exchanges.end();
    if (!stored && !IsCovered(content, n)) {
      return fmt::format("exchange {} is missing, and no loss row says so", n);
    }
    if (!stored && outcome.said_nothing()) {
      return fmt::format("exchange {} is missing, and the recorder said nothing", n);
    }
    if (!stored || row->second.flags != 0) {
      continue;
    }
    for (const Side side : {Side::kClient, Side::kServer}) {
      const auto body = content.bodies.find(MessageIdOf(n, side));
      if (body == content.bodies.end() ||
          body->second != (side == Side::kClient ? SmallBody(n) : "ok")) {
        return fmt::format("exchange {} is called complete, and is not", n);
      }
    }
  }
  const auto report = VerifyLog(log);
  if (!report) {
    return "verify: " + report.error().what;
  }
  return report->damages.empty() ? "" : report->damages[0].file + ": " + report->damages[0].what;
}

/// The number of calls that the fault could hit.
uint64_t RunWithFault(const Fault& fault, uint64_t ordinal) {
  const TemporaryFolder folder;
  const LogWriterOptions options = SmallOptions(folder / "log");
  FailingDisk watcher(fault, ordinal);
  SmallOutcome outcome;
  {
    const WatchedDisk disk(watcher);
    outcome = RecordSmall(options);
  }
  const std::string where = fmt::format("{}, call {}", fault.name, ordinal);
  EXPECT_TRUE(!outcome.error || outcome.error->what.find('/') != std::string::npos)
      << where << ": the error names no file: " << outcome.error->what;
  // The first start after it may have nothing to say of a log that never came to be.
  class Quiet final : public DiskWatcher {
    DiskAnswer OnCall(const DiskCall&) override { return DiskAnswer::kDone; }
  } quiet;
  const WatchedDisk disk(quiet);
  const Status again = StartAgain(options);
  EXPECT_TRUE(again.has_value()) << where << ": the next start fails: " << again.error().what;
  if (again && outcome.written.exchanges_below > 0) {
    EXPECT_EQ(Defect(options.log, outcome), "")
        << where << "; error: " << (outcome.error ? outcome.error->what : "none");
  }
  return watcher.calls();
}

class EveryCall : public testing::TestWithParam<Fault> {};

TEST_P(EveryCall, MayFailAndTheLogStaysRight) {
  const uint64_t calls = RunWithFault(GetParam(), 0);
  ASSERT_GT(calls, 5U);
  for (uint64_t ordinal = 1; ordinal <= calls; ordinal += test_support::kStride) {
    RunWithFault(GetParam(), ordinal);
    if (HasFailure()) {
      return;  // one is enough to look at
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    FailingDisk, EveryCall,
    testing::Values(Fault{"IoErrorOnce", DiskAnswer::kIoError, Any, false},
                    Fault{"IoErrorForGood", DiskAnswer::kIoError, Any, true},
                    Fault{"NoSpaceOnce", DiskAnswer::kNoSpace, TakesSpace, false},
                    Fault{"NoSpaceForGood", DiskAnswer::kNoSpace, TakesSpace, true},
                    Fault{"NoMemoryOnce", DiskAnswer::kNoMemory, Any, false},
                    Fault{"ShortWriteOnce", DiskAnswer::kShortWrite, Writes, false},
                    Fault{"ShortWriteForGood", DiskAnswer::kShortWrite, Writes, true},
                    Fault{"FailedSyncOnce", DiskAnswer::kIoError, Syncs, false},
                    Fault{"FailedSyncForGood", DiskAnswer::kIoError, Syncs, true}),
    [](const testing::TestParamInfo<Fault>& test) { return test.param.name; });

/// Fails the sync of the first segment's WAL while it is told to.
class FailingSyncs final : public DiskWatcher {
 public:
  DiskAnswer OnCall(const DiskCall& call) override {
    const bool hit = call.kind == Kind::kSync && call.path.string().ends_with("000001.open-wal");
    return hit && failing ? DiskAnswer::kIoError : DiskAnswer::kDone;
  }
  std::atomic<bool> failing = false;
};

TEST(FailedSync, DurableMarkStandsStillUntilTheSegmentIsSealed) {
  const TemporaryFolder folder;
  FailingSyncs watcher;
  const WatchedDisk disk(watcher);
  LogWriterOptions options = SmallOptions(folder / "log");
  options.durability = Durability::kFull;
  auto writer = std::move(LogWriter::Open(options)).value();
  PutExchanges(*writer, 1, 2);
  writer->Drain();
  WaitUntil("it is durable", [&] { return writer->durable().exchanges_below == 3; });
  // A reader that stays keeps the doubtful segment from being sealed.
  std::optional<db::Database> reader =
      db::Database::Open(folder / "log/r/0001/000001.open", db::OpenMode::kReadOnly).value();
  ASSERT_TRUE(reader->QueryInt("SELECT count(*) FROM exchange").has_value());
  watcher.failing = true;
  PutExchanges(*writer, 3, 4);
  writer->Drain();
  WaitUntil("a new segment is begun", [&] { return writer->summary().segments == 2; });
  watcher.failing = false;
  for (ExchangeNumber n = 5; n <= 8; ++n) {
    PutExchanges(*writer, n, n);
    writer->Drain();
  }
  EXPECT_EQ(writer->durable().exchanges_below, 3U);
  EXPECT_TRUE(writer->unsynced().has_value());
  reader.reset();
  WaitUntil("what followed is durable", [&] {
    PutExchanges(*writer, 9, 9);
    writer->Drain();
    return writer->durable().exchanges_below == 10;
  });
  ASSERT_TRUE(writer->Close(TimeOf(9)).has_value());
}

}  // namespace
}  // namespace trafrec::store
