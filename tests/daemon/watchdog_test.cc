#include "daemon/watchdog.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace trafrec::daemon {
namespace {

using std::chrono::microseconds;

class WatchdogLimitIs : public testing::Test {
 protected:
  void TearDown() override {
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
  }
};

TEST_F(WatchdogLimitIs, NothingWithoutTheVariable) { EXPECT_FALSE(WatchdogLimit()); }

TEST_F(WatchdogLimitIs, WhatTheManagerSays) {
  setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(WatchdogLimit(), microseconds(30'000'000));
}

TEST_F(WatchdogLimitIs, ForTheProcessThatItNames) {
  setenv("WATCHDOG_USEC", "30000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_TRUE(WatchdogLimit());
  setenv("WATCHDOG_PID", std::to_string(getppid()).c_str(), 1);
  EXPECT_FALSE(WatchdogLimit());
}

TEST_F(WatchdogLimitIs, NothingIfItIsNoTime) {
  for (const char* wrong : {"", "0", "-5", "30s", "99999999999999999999"}) {
    setenv("WATCHDOG_USEC", wrong, 1);
    EXPECT_FALSE(WatchdogLimit()) << wrong;
  }
}

TEST(Watchdog, ReassuresWhileEachStageMoves) {
  Watchdog watchdog;
  EXPECT_TRUE(watchdog.MayReassure(std::array<uint64_t, 3>{1, 1, 1}));
  EXPECT_TRUE(watchdog.MayReassure(std::array<uint64_t, 3>{2, 9, 2}));
}

TEST(Watchdog, IsSilentWhileOneStageStandsStill) {
  for (size_t stuck = 0; stuck < 3; ++stuck) {
    Watchdog watchdog;
    std::array<uint64_t, 3> turns{1, 1, 1};
    EXPECT_TRUE(watchdog.MayReassure(turns));
    for (uint64_t turn = 2; turn < 5; ++turn) {
      turns = {turn, turn, turn};
      turns[stuck] = 1;
      EXPECT_FALSE(watchdog.MayReassure(turns)) << stuck;
    }
  }
}

TEST(Watchdog, StagesMayMoveOneAfterTheOther) {
  Watchdog watchdog;
  EXPECT_TRUE(watchdog.MayReassure(std::array<uint64_t, 2>{1, 1}));
  EXPECT_FALSE(watchdog.MayReassure(std::array<uint64_t, 2>{2, 1}));
  EXPECT_TRUE(watchdog.MayReassure(std::array<uint64_t, 2>{2, 2}));
}

}  // namespace
}  // namespace trafrec::daemon
