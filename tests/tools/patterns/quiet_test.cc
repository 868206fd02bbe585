#include "tools/patterns/analysis/quiet.h"

#include <gtest/gtest.h>

namespace trafrec::patterns {
namespace {

constexpr TimeNs kMonday = 1'793'577'600 * kNsPerSecond;  // 2026-11-02T00:00:00Z
constexpr int64_t kMinuteNs = 60 * kNsPerSecond;
constexpr int64_t kHourNs = 60 * kMinuteNs;
constexpr int64_t kDayNs = 24 * kHourNs;

/// Minutes of `days` days with `writes(day, hour)` mutations each.
template <typename WritesOf>
Timeline Minutes(int days, WritesOf writes) {
  Timeline seconds;
  seconds.At(kMonday);
  Timeline timeline = seconds.Coarser(SIZE_MAX, kMinuteNs);
  for (int minute = 0; minute < days * 24 * 60; ++minute) {
    Slot& slot = timeline.At(kMonday + minute * kMinuteNs);
    slot.exchanges[0] = slot.operations =
        static_cast<uint64_t>(writes(minute / (24 * 60), minute / 60 % 24));
  }
  return timeline;
}

void MakeHole(Timeline& timeline, TimeNs from, TimeNs until) {
  for (size_t i = timeline.index_of(from); i <= timeline.index_of(until - 1); ++i) {
    timeline.slot(i).hole = true;
  }
}

class QuietTest : public testing::Test {
 protected:
  Calendar utc_ = *Calendar::Make("UTC");
};

TEST_F(QuietTest, FindsTheStretchWithTheFewestMutations) {
  const Timeline timeline = Minutes(1, [](int, int hour) { return hour == 14 ? 1 : 5; });
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  ASSERT_TRUE(quiet.once);
  EXPECT_EQ(quiet.once->from, kMonday + 14 * kHourNs);
  EXPECT_EQ(quiet.once->writes.mutations, 60U);
}

TEST_F(QuietTest, AHoleIsNotQuiet) {
  Timeline timeline = Minutes(1, [](int, int hour) { return hour == 14 ? 1 : hour == 3 ? 0 : 5; });
  MakeHole(timeline, kMonday + 3 * kHourNs, kMonday + 4 * kHourNs);
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  ASSERT_TRUE(quiet.once);
  EXPECT_EQ(quiet.once->from, kMonday + 14 * kHourNs);
}

TEST_F(QuietTest, ATouchOfAHoleIsEnough) {
  Timeline timeline = Minutes(1, [](int, int hour) { return hour == 14 ? 0 : 5; });
  MakeHole(timeline, kMonday + 14 * kHourNs + 59 * kMinuteNs, kMonday + 15 * kHourNs);
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  ASSERT_TRUE(quiet.once);
  EXPECT_EQ(quiet.once->from, kMonday + 14 * kHourNs - kMinuteNs);
}

TEST_F(QuietTest, WithoutAWholeStretchThereIsNone) {
  Timeline timeline = Minutes(1, [](int, int) { return 0; });
  for (int hour = 0; hour < 24; ++hour) {
    MakeHole(timeline, kMonday + hour * kHourNs, kMonday + hour * kHourNs + 1);
  }
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  EXPECT_FALSE(quiet.once);
  EXPECT_FALSE(quiet.daily);
  EXPECT_EQ(quiet.windows, 0U);
}

TEST_F(QuietTest, ALogShorterThanTheWindowHasNone) {
  EXPECT_FALSE(FindQuiet(Minutes(1, [](int, int) { return 1; }), 2 * kDayNs, utc_).once);
  EXPECT_FALSE(FindQuiet(Timeline(), kHourNs, utc_).once);
}

TEST_F(QuietTest, TheDailyWindowIsThatWithTheLeastMean) {
  // One night of the quiet hour was busy; another hour was silent once.
  const Timeline timeline = Minutes(7, [](int day, int hour) {
    if (hour == 3) {
      return day == 2 ? 4 : 1;
    }
    return hour == 15 && day == 5 ? 0 : 3;
  });
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  ASSERT_TRUE(quiet.daily);
  EXPECT_EQ(quiet.daily->second_of_day, 3 * 3'600);
  EXPECT_EQ(quiet.daily->seen, 7U);
  EXPECT_EQ(quiet.daily->sum.mutations, 60U * (6 * 1 + 4));
  EXPECT_EQ(quiet.daily->mutations_max, 240U);
  EXPECT_EQ(quiet.daily->worst_from, kMonday + 2 * kDayNs + 3 * kHourNs);
  EXPECT_EQ(quiet.once->from, kMonday + 5 * kDayNs + 15 * kHourNs);
}

TEST_F(QuietTest, NightsWithAHoleAreLeftOutOfTheMean) {
  Timeline timeline = Minutes(4, [](int, int hour) { return hour == 3 ? 1 : 3; });
  MakeHole(timeline, kMonday + kDayNs + 3 * kHourNs, kMonday + kDayNs + 4 * kHourNs);
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  ASSERT_TRUE(quiet.daily);
  EXPECT_EQ(quiet.daily->seen, 3U);
  EXPECT_EQ(quiet.daily->skipped, 1U);
  EXPECT_EQ(quiet.daily->sum.mutations, 180U);
}

TEST_F(QuietTest, AnHourThatWasHardlyRecordedIsNoAdvice) {
  // 04:00 is silent, but it was recorded on two days of six only.
  Timeline timeline = Minutes(6, [](int, int hour) { return hour == 4 ? 0 : hour == 20 ? 1 : 3; });
  for (int day = 0; day < 4; ++day) {
    MakeHole(timeline, kMonday + day * kDayNs + 4 * kHourNs, kMonday + day * kDayNs + 5 * kHourNs);
  }
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  ASSERT_TRUE(quiet.daily);
  EXPECT_EQ(quiet.daily->second_of_day, 20 * 3'600);
}

TEST_F(QuietTest, OneDayPromisesNothingOfTheNext) {
  EXPECT_FALSE(FindQuiet(Minutes(1, [](int, int) { return 1; }), kHourNs, utc_).daily);
}

TEST_F(QuietTest, TheWeeklyWindowNamesItsDay) {
  const Timeline timeline = Minutes(14, [](int day, int hour) {
    return day % 7 == 6 && hour == 5 ? 0 : hour == 3 ? 1 : 3;
  });
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  ASSERT_TRUE(quiet.weekly);
  EXPECT_EQ(quiet.weekly->weekday, 6);
  EXPECT_EQ(quiet.weekly->second_of_day, 5 * 3'600);
  EXPECT_EQ(quiet.weekly->seen, 2U);
}

TEST_F(QuietTest, TheLargestNumberInFlightIsThatOfTheWindow) {
  Timeline timeline = Minutes(2, [](int, int hour) { return hour == 3 ? 1 : 3; });
  timeline.At(kMonday + 3 * kHourNs + 7 * kMinuteNs).in_flight_max = 5;
  timeline.At(kMonday + 9 * kHourNs).in_flight_max = 50;
  const Quiet quiet = FindQuiet(timeline, kHourNs, utc_);
  EXPECT_EQ(quiet.once->writes.in_flight_max, 5U);
  EXPECT_EQ(quiet.daily->sum.in_flight_max, 5U);
}

TEST(Calendar, HoursAreThoseOfTheZone) {
  Calendar berlin = *Calendar::Make("Europe/Berlin");
  EXPECT_EQ(berlin.At(kMonday).hour(), 1);
  EXPECT_EQ(berlin.At(kMonday).weekday, 0);
  EXPECT_EQ(berlin.Text(kMonday), "2026-11-02 01:00:00");
  // Nine days before it was summer there.
  EXPECT_EQ(berlin.At(kMonday - 9 * kDayNs).hour(), 2);
}

TEST(Calendar, ANameThatIsNoZoneIsAMistakeOfTheUser) {
  for (const char* zone : {"", "Nowhere/City", "../../etc/passwd", "/etc/localtime", "Europe"}) {
    const Result<Calendar> calendar = Calendar::Make(zone);
    ASSERT_FALSE(calendar) << zone;
    EXPECT_EQ(calendar.error().code, ErrorCode::kUsage) << zone;
  }
}

}  // namespace
}  // namespace trafrec::patterns
