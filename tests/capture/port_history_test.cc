#include "capture/port_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "capture/limits.h"

namespace trafrec::capture {
namespace {

using testing::ElementsAre;
using testing::IsNull;
using testing::Pointee;

void Change(PortHistory& history, const std::vector<uint16_t>& ports, TimeNs from, TimeNs until) {
  const auto hold = history.Hold();
  history.Change(hold, ports, from, until);
}

TEST(PortHistory, PacketIsJudgedByThePortsOfItsTime) {
  PortHistory history({9'200});
  Change(history, {80, 8'080}, 100, 110);
  EXPECT_THAT(history.At(100), Pointee(ElementsAre(9'200)));
  EXPECT_THAT(history.At(111), Pointee(ElementsAre(80, 8'080)));
}

TEST(PortHistory, WhileTheKernelChangesOverEitherIsWanted) {
  PortHistory history({9'200});
  Change(history, {80}, 100, 110);
  EXPECT_THAT(history.At(101), Pointee(ElementsAre(80, 9'200)));
  EXPECT_THAT(history.At(110), Pointee(ElementsAre(80, 9'200)));
}

TEST(PortHistory, WithoutPortsAllAreWanted) {
  PortHistory history({});
  EXPECT_THAT(history.At(1), IsNull());
  Change(history, {80}, 100, 110);
  EXPECT_THAT(history.At(105), IsNull());
  EXPECT_THAT(history.At(111), Pointee(ElementsAre(80)));
}

TEST(PortHistory, AChangeThatFailedChangesNothing) {
  PortHistory history({9'200});
  history.Hold();
  EXPECT_THAT(history.At(1), Pointee(ElementsAre(9'200)));
}

TEST(PortHistory, PacketsWaitUntilTheChangeIsKnown) {
  PortHistory history({9'200});
  auto hold = history.Hold();
  std::thread capture([&] { EXPECT_THAT(history.At(111), Pointee(ElementsAre(80))); });
  history.Change(hold, {80}, 100, 110);
  hold.unlock();
  capture.join();
}

TEST(PortHistory, OldPortsAreForgottenSoThatAClockMaySetBack) {
  PortHistory history({9'200});
  Change(history, {80}, 100, 110);
  EXPECT_THAT(history.At(50), Pointee(ElementsAre(9'200)));
  const PortHistory::Clock::time_point now;
  history.Forget(now);
  EXPECT_THAT(history.At(50), Pointee(ElementsAre(9'200)));
  history.Forget(now + std::chrono::milliseconds(limits::kQueuedPacketMs + 1));
  EXPECT_THAT(history.At(50), Pointee(ElementsAre(80)));
}

TEST(PortHistory, OfManyChangesTheOldestAreOne) {
  PortHistory history({1});
  for (uint16_t i = 2; i <= 100; ++i) {
    Change(history, {i}, i * 100, i * 100 + 10);
  }
  EXPECT_GT(history.At(0)->size(), 30U);
  EXPECT_THAT(history.At(9'999), Pointee(ElementsAre(99)));
  EXPECT_THAT(history.At(20'000), Pointee(ElementsAre(100)));
}

}  // namespace
}  // namespace trafrec::capture
