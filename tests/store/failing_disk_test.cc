#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>

#include "store/verify.h"
#include "tests/store/small_recording.h"
#include "tests/store/watched_disk.h"

// Each call to the disk fails once, in every run of a small recording: once alone, and once with all
// calls after it.

namespace trafrec::store {
namespace {

using Kind = DiskCall::Kind;

struct Fault {
  const char* name;
  DiskAnswer answer;
  bool (*hits)(const DiskCall& call);
  bool lasting;  ///< all calls after it fail too
};

bool TakesSpace(const DiskCall& call) {
  return call.kind == Kind::kWrite || call.kind == Kind::kAllocate ||
         call.kind == Kind::kMakeDirectory || call.kind == Kind::kLink ||
         (call.kind == Kind::kOpen && call.creates);
}

class FailingDisk final : public DiskWatcher {
 public:
  /// Fails the call of this ordinal, from 1, among those that the fault hits. 0: none.
  FailingDisk(const Fault& fault, uint64_t ordinal) : fault_(fault), ordinal_(ordinal) {}

  DiskAnswer OnCall(const DiskCall& call) override {
    if (!fault_.hits(call)) {
      return DiskAnswer::kDone;
    }
    const uint64_t number = ++calls_;
    const bool fails = ordinal_ != 0 && (fault_.lasting ? number >= ordinal_ : number == ordinal_);
    return fails ? fault_.answer : DiskAnswer::kDone;
  }
  uint64_t calls() const { return calls_; }

 private:
  const Fault& fault_;
  const uint64_t ordinal_;
  std::atomic<uint64_t> calls_ = 0;
};

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
    if (!stored && !outcome.error && !outcome.in_trouble) {
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
  return report->damages.empty() ? ""
                                 : report->damages[0].file + ": " + report->damages[0].what;
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
  for (uint64_t ordinal = 1; ordinal <= calls; ++ordinal) {
    RunWithFault(GetParam(), ordinal);
    if (HasFailure()) {
      return;  // one is enough to look at
    }
  }
}

constexpr auto kAny = [](const DiskCall&) { return true; };
constexpr auto kWrites = [](const DiskCall& call) { return call.kind == Kind::kWrite; };
constexpr auto kSyncs = [](const DiskCall& call) { return call.kind == Kind::kSync; };

INSTANTIATE_TEST_SUITE_P(
    FailingDisk, EveryCall,
    testing::Values(Fault{"IoErrorOnce", DiskAnswer::kIoError, kAny, false},
                    Fault{"IoErrorForGood", DiskAnswer::kIoError, kAny, true},
                    Fault{"NoSpaceOnce", DiskAnswer::kNoSpace, TakesSpace, false},
                    Fault{"NoSpaceForGood", DiskAnswer::kNoSpace, TakesSpace, true},
                    Fault{"NoMemoryOnce", DiskAnswer::kNoMemory, kAny, false},
                    Fault{"ShortWriteOnce", DiskAnswer::kShortWrite, kWrites, false},
                    Fault{"ShortWriteForGood", DiskAnswer::kShortWrite, kWrites, true},
                    Fault{"FailedSyncOnce", DiskAnswer::kIoError, kSyncs, false},
                    Fault{"FailedSyncForGood", DiskAnswer::kIoError, kSyncs, true}),
    [](const testing::TestParamInfo<Fault>& test) { return test.param.name; });

}  // namespace
}  // namespace trafrec::store
