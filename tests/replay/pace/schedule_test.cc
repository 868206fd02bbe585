#include "replay/pace/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::pace {
namespace {

constexpr TimeNs kStart = 1'700'000'000 * kNsPerSecond;

Speed SpeedOf(const char* text) { return ParseSpeed(text).value(); }

TEST(Schedule, OnceTheRecordedSpeedKeepsTheRecordedTimes) {
  Schedule schedule(SpeedOf("1x"), std::nullopt);
  schedule.Add(kStart);
  EXPECT_EQ(schedule.Due(schedule.Add(kStart + 1'234'567'891)), 1'234'567'891);
}

TEST(Schedule, FourTimesTheSpeedTakesAQuarterOfTheTime) {
  Schedule schedule(SpeedOf("4x"), std::nullopt);
  schedule.Add(kStart);
  EXPECT_EQ(schedule.Due(schedule.Add(kStart + 60 * kNsPerSecond)), 15 * kNsPerSecond);
}

TEST(Schedule, ARateIsEvenAndDoesNotDrift) {
  Schedule schedule(SpeedOf("500/s"), std::nullopt);
  Schedule::Place last;
  for (int i = 0; i <= 30'000; ++i) {
    last = schedule.Add(kStart + i);
  }
  EXPECT_EQ(schedule.Due(last), 60 * kNsPerSecond);
}

TEST(Schedule, MaxIsDueAtOnce) {
  Schedule schedule(SpeedOf("max"), std::nullopt);
  schedule.Add(kStart);
  EXPECT_EQ(schedule.Due(schedule.Add(kStart + kNsPerSecond)), 0);
}

TEST(Schedule, LongSilencesAreShortenedAndShortOnesAreNot) {
  Schedule schedule(SpeedOf("1x"), 5 * kNsPerSecond);
  schedule.Add(kStart);
  schedule.Add(kStart + 3 * kNsPerSecond);
  EXPECT_EQ(schedule.Due(schedule.Add(kStart + 3'600 * kNsPerSecond)), 8 * kNsPerSecond);
}

TEST(Schedule, TimesThatStepBackAreDueTogether) {
  Schedule schedule(SpeedOf("1x"), std::nullopt);
  schedule.Add(kStart);
  const int64_t due = schedule.Due(schedule.Add(kStart + kNsPerSecond));
  EXPECT_EQ(schedule.Due(schedule.Add(kStart)), due);
}

TEST(Schedule, ARampHasItsMeanSpeedAtItsEnd) {
  // From 1x to 3x in ten seconds: twenty recorded seconds pass.
  Schedule schedule(SpeedOf("1x..3x/10s"), std::nullopt);
  schedule.Add(kStart);
  EXPECT_EQ(schedule.Due(schedule.Add(kStart + 20 * kNsPerSecond)), 10 * kNsPerSecond);
}

TEST(Schedule, AfterARampTheLastSpeedStays) {
  Schedule schedule(SpeedOf("1x..3x/10s"), std::nullopt);
  schedule.Add(kStart);
  EXPECT_EQ(schedule.Due(schedule.Add(kStart + 50 * kNsPerSecond)), 20 * kNsPerSecond);
}

TEST(Schedule, ARampDownIsSlowerAndSlower) {
  Schedule schedule(SpeedOf("100/s..50/s/10s"), std::nullopt);
  Schedule::Place last;
  for (int i = 0; i <= 750; ++i) {
    last = schedule.Add(kStart + i);
  }
  EXPECT_NEAR(static_cast<double>(schedule.Due(last)), 10e9, 1e3);
}

TEST(Schedule, AnotherSpeedCountsFromNowOn) {
  Schedule schedule(SpeedOf("1x"), std::nullopt);
  schedule.Add(kStart);
  const Schedule::Place next = schedule.Add(kStart + 10 * kNsPerSecond);
  schedule.SetSpeed(SpeedOf("2x"), next, 4 * kNsPerSecond);
  EXPECT_EQ(schedule.Due(next), 7 * kNsPerSecond);
}

TEST(Schedule, FromMaxToARateWhatWasNotSentFollowsEvenly) {
  Schedule schedule(SpeedOf("max"), std::nullopt);
  schedule.Add(kStart);
  const Schedule::Place next = schedule.Add(kStart + 1);
  const Schedule::Place after = schedule.Add(kStart + 2);
  schedule.SetSpeed(SpeedOf("10/s"), next, kNsPerSecond);
  EXPECT_EQ(schedule.Due(next), kNsPerSecond);
  EXPECT_EQ(schedule.Due(after), kNsPerSecond + 100 * kNsPerMs);
}

TEST(Schedule, APauseDelaysEverythingByItsLength) {
  Schedule schedule(SpeedOf("1x"), std::nullopt);
  schedule.Add(kStart);
  const Schedule::Place next = schedule.Add(kStart + kNsPerSecond);
  schedule.Pause(0);
  schedule.Resume(3 * kNsPerSecond);
  EXPECT_EQ(schedule.Due(next), 4 * kNsPerSecond);
}

TEST(Schedule, AnotherSpeedInAPauseCountsFromItsBeginning) {
  Schedule schedule(SpeedOf("1x"), std::nullopt);
  schedule.Add(kStart);
  const Schedule::Place next = schedule.Add(kStart + 10 * kNsPerSecond);
  schedule.Pause(4 * kNsPerSecond);
  schedule.SetSpeed(SpeedOf("2x"), next, 9 * kNsPerSecond);
  schedule.Resume(14 * kNsPerSecond);
  EXPECT_EQ(schedule.Due(next), 17 * kNsPerSecond);
}

TEST(Schedule, WhatIsSoughtInAPauseIsDueAtItsEnd) {
  Schedule schedule(SpeedOf("1x"), std::nullopt);
  schedule.Add(kStart);
  const Schedule::Place later = schedule.Add(kStart + 100 * kNsPerSecond);
  schedule.Pause(4 * kNsPerSecond);
  schedule.Seek(later, 0, 9 * kNsPerSecond);
  schedule.Resume(14 * kNsPerSecond);
  EXPECT_EQ(schedule.Due(later), 14 * kNsPerSecond);
}

TEST(Schedule, AfterASeekThatPlaceIsDueAndThoseBeforeHaveNoTimeOfTheirOwn) {
  Schedule schedule(SpeedOf("1x"), std::nullopt);
  const Schedule::Place first = schedule.Add(kStart);
  const Schedule::Place later = schedule.Add(kStart + 100 * kNsPerSecond);
  schedule.Seek(later, 0, kNsPerSecond);
  EXPECT_EQ(schedule.Due(later), kNsPerSecond);
  EXPECT_EQ(schedule.Due(first), kNsPerSecond);
  EXPECT_TRUE(schedule.IsSkipped(first));
  EXPECT_FALSE(schedule.IsSkipped(later));
}

TEST(Schedule, WhatComesAfterASoughtTimeKeepsItsDistanceFromIt) {
  Schedule schedule(SpeedOf("2x"), std::nullopt);
  schedule.Add(kStart);
  const Schedule::Place later = schedule.Add(kStart + 100 * kNsPerSecond);
  schedule.Seek(later, 30 * kNsPerSecond, kNsPerSecond);
  EXPECT_EQ(schedule.Due(later), 16 * kNsPerSecond);
}

TEST(Schedule, ASoughtTimeInAShortenedSilenceIsNoFurtherAwayThanTheSilenceIsLong) {
  Schedule schedule(SpeedOf("1x"), 5 * kNsPerSecond);
  schedule.Add(kStart);
  const Schedule::Place later = schedule.Add(kStart + 100 * kNsPerSecond);
  schedule.Seek(later, 30 * kNsPerSecond, kNsPerSecond);
  EXPECT_EQ(schedule.Due(later), 6 * kNsPerSecond);
}

TEST(Schedule, WhatLiesAheadIsWhatWasNotPlayedYetOfTheSilenceBeforeIt) {
  Schedule schedule(SpeedOf("2x"), std::nullopt);
  schedule.Add(kStart);
  const Schedule::Place next = schedule.Add(kStart + 100 * kNsPerSecond);
  EXPECT_EQ(schedule.Ahead(next, 10 * kNsPerSecond), 80 * kNsPerSecond);
  EXPECT_EQ(schedule.Ahead(next, 70 * kNsPerSecond), 0);
}

TEST(Speed, WhatIsParsedIsFormattedAlike) {
  for (const char* text : {"1x", "0.5x", "4x", "500/s", "max", "1x..8x/600s", "100/s..2000/s/5s"}) {
    EXPECT_EQ(FormatSpeed(SpeedOf(text)), text);
  }
}

TEST(Speed, WhatIsNoSpeedIsRefusedWithTheForms) {
  for (const char* text : {"", "x", "0x", "-1x", "1", "1y", "1x..2/s/5m", "1x..2x", "1x..2x/0s",
                           "1x..2x/5", "fast", "1e9x", "1xx", "1x..2x/5m7"}) {
    const auto speed = ParseSpeed(text);
    ASSERT_FALSE(speed) << text;
    EXPECT_THAT(speed.error().remedy, testing::HasSubstr("500/s")) << text;
  }
}

}  // namespace
}  // namespace trafrec::pace
