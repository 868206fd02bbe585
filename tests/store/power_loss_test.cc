#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <random>
#include <string>

#include "store/files/log_layout.h"
#include "store/verify/verify.h"
#include "tests/store/forgetful_disk.h"
#include "tests/store/small_recording.h"
#include "tests/support/stride.h"

// The power fails at every step of a small recording.

namespace trafrec::store {
namespace {

class Quiet final : public DiskWatcher {
  DiskAnswer OnCall(const DiskCall&) override { return DiskAnswer::kDone; }
};

/// What is wrong with the log that the next start makes of what is left; empty if nothing is.
std::string Defect(const LogWriterOptions& options, ExchangeNumber durable_below) {
  if (const Status again = StartAgain(options); !again) {
    return "the next start fails: " + again.error().what;
  }
  const LogContent content = ReadLog(options.log);
  ExchangeNumber below = 1;
  for (const auto& [n, row] : content.exchanges) {
    if (n != below) {
      return fmt::format("it holds exchange {}, and not {}", n, below);
    }
    ++below;
    const auto body = content.bodies.find(MessageIdOf(n, Side::kClient));
    if (row.flags == 0 && (body == content.bodies.end() || body->second != SmallBody(n))) {
      return fmt::format("exchange {} is called complete, and is not", n);
    }
  }
  if (below < durable_below) {
    return fmt::format("it ends before {}, and {} was called durable", below, durable_below);
  }
  const auto report = VerifyLog(options.log);
  if (!report) {
    return "verify: " + report.error().what;
  }
  return report->damages.empty() ? "" : report->damages[0].file + ": " + report->damages[0].what;
}

struct Manner {
  const char* name;
  Durability durability;
  bool late_seals;  ///< all segments are sealed at the end only
};

class PowerLoss : public testing::TestWithParam<Manner> {
 protected:
  void SetUp() override {
    const WatchedDisk watched(disk_);
    LogWriterOptions options = SmallOptions(folder_ / "disk/log");
    options.durability = GetParam().durability;
    int commits = 0;
    const SmallOutcome outcome = RecordSmall(options, [&](LogWriter& writer) {
      while (GetParam().durability == Durability::kFull &&
             writer.durable().exchanges_below < writer.written().exchanges_below) {
        sched_yield();
      }
      disk_.NoteDurable(writer.durable());
      if (++commits == kSmallExchanges / 2) {
        disk_.LetSeal();
      }
    });
    ASSERT_FALSE(outcome.error.has_value());
    disk_.NoteDurable(outcome.written);  // Close has returned
  }

  /// What the next start makes of the disk after a power loss at `point`.
  std::string DefectAfter(size_t point, std::mt19937_64* chance) {
    const TemporaryFolder rest;
    disk_.Restore(point, chance, rest.path());
    if (!std::filesystem::exists(rest / "log")) {
      return disk_.durable_at(point).exchanges_below > 0 ? "there is no log any more" : "";
    }
    Quiet quiet;
    const WatchedDisk watched(quiet);
    LogWriterOptions options = SmallOptions(rest / "log");
    return Defect(options, disk_.durable_at(point).exchanges_below);
  }

  const TemporaryFolder folder_;
  ForgetfulDisk disk_{folder_ / "disk", GetParam().late_seals};
};

TEST_P(PowerLoss, LeavesAPrefixThatReachesTheDurableMark) {
  ASSERT_GT(disk_.points(), 100U);
  for (size_t point = 0; point <= disk_.points(); ++point) {
    if (disk_.after_sync(point) || point == disk_.points()) {
      ASSERT_EQ(DefectAfter(point, nullptr), "") << "power lost at step " << point;
    }
  }
}

TEST_P(PowerLoss, LeavesAPrefixWhateverReachedTheDiskWithoutASync) {
  for (size_t point = 0; point <= disk_.points(); point += test_support::kStride) {
    std::mt19937_64 chance(point);
    ASSERT_EQ(DefectAfter(point, &chance), "") << "power lost at step " << point;
  }
}

INSTANTIATE_TEST_SUITE_P(Manners, PowerLoss,
                         testing::Values(Manner{"Normal", Durability::kNormal, false},
                                         Manner{"NormalLateSeals", Durability::kNormal, true},
                                         Manner{"Full", Durability::kFull, false},
                                         Manner{"FullLateSeals", Durability::kFull, true}),
                         [](const testing::TestParamInfo<Manner>& test) {
                           return test.param.name;
                         });

}  // namespace
}  // namespace trafrec::store
