#include "capture/background.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "capture/limits.h"

namespace trafrec::capture {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

class BackgroundTest : public testing::Test {
 protected:
  BackgroundTest() {
    background_.emplace([this](bool low) { changes_.push_back(low); });
    start_ = Background::Clock::now();
  }

  void Look(milliseconds after, Background::Stage stage, milliseconds lag = milliseconds(0)) {
    const std::array stages = {stage};
    background_->Look(stages, lag, start_ + after);
  }

  /// All has been calm for long: it is low.
  void BeLow() {
    Look(milliseconds(0), {.fill = 0, .turns = 1});
    Look(calm_, {.fill = 0, .turns = 1});
    ASSERT_THAT(changes_, ElementsAre(true));
    start_ += calm_;
  }

  Background::Clock::time_point start_;
  const milliseconds standstill_{limits::kBackgroundStandstillMs};
  const milliseconds calm_{limits::kBackgroundCalmMs};
  std::vector<bool> changes_;
  std::optional<Background> background_;
};

TEST_F(BackgroundTest, ItIsOrdinaryUntilAllHasBeenCalmForATime) {
  Look(milliseconds(0), {.fill = 0, .turns = 1});
  Look(calm_ - milliseconds(1), {.fill = 0, .turns = 2});
  EXPECT_THAT(changes_, IsEmpty());
  Look(calm_, {.fill = 0, .turns = 3});
  EXPECT_THAT(changes_, ElementsAre(true));
}

TEST_F(BackgroundTest, AQueueThatFillsRaisesIt) {
  BeLow();
  Look(milliseconds(1), {.fill = limits::kBackgroundFill, .turns = 2});
  EXPECT_THAT(changes_, ElementsAre(true));
  Look(milliseconds(2), {.fill = 2 * limits::kBackgroundFill, .turns = 3});
  EXPECT_THAT(changes_, ElementsAre(true, false));
}

TEST_F(BackgroundTest, AThreadThatStandsStillWithWorkRaisesIt) {
  BeLow();
  Look(milliseconds(0), {.fill = 0.01, .turns = 2});
  Look(standstill_ - milliseconds(1), {.fill = 0.01, .turns = 2});
  EXPECT_THAT(changes_, ElementsAre(true));
  Look(standstill_, {.fill = 0.01, .turns = 2});
  EXPECT_THAT(changes_, ElementsAre(true, false));
}

TEST_F(BackgroundTest, PacketsThatComeLateRaiseIt) {
  BeLow();
  Look(milliseconds(1), {.fill = 0, .turns = 2}, standstill_ - milliseconds(1));
  EXPECT_THAT(changes_, ElementsAre(true));
  Look(milliseconds(2), {.fill = 0, .turns = 3}, standstill_);
  EXPECT_THAT(changes_, ElementsAre(true, false));
}

TEST_F(BackgroundTest, AThreadThatStandsStillWithoutWorkIsLeft) {
  BeLow();
  Look(10 * standstill_, {.fill = 0, .turns = 1});
  EXPECT_THAT(changes_, ElementsAre(true));
}

TEST_F(BackgroundTest, WorkThatHasJustComeIsNoStandstill) {
  BeLow();
  Look(10 * standstill_, {.fill = 0, .turns = 1});
  Look(10 * standstill_ + milliseconds(1), {.fill = 0.01, .turns = 1});
  EXPECT_THAT(changes_, ElementsAre(true));
}

TEST_F(BackgroundTest, CalmIsCountedFromTheLastTimeItWasLate) {
  BeLow();
  Look(milliseconds(0), {.fill = 1, .turns = 2});
  Look(milliseconds(10), {.fill = 1, .turns = 3});
  Look(calm_, {.fill = 0, .turns = 4});
  EXPECT_THAT(changes_, ElementsAre(true, false));
  Look(calm_ + milliseconds(10), {.fill = 0, .turns = 5});
  EXPECT_THAT(changes_, ElementsAre(true, false, true));
}

TEST_F(BackgroundTest, AtTheEndItIsOrdinary) {
  BeLow();
  background_.reset();
  EXPECT_THAT(changes_, ElementsAre(true, false));
}

}  // namespace
}  // namespace trafrec::capture
