#include "base/time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec {
namespace {

constexpr TimeNs kNow = 1'795'243'680 * kNsPerSecond;  // 2026-11-21T06:48:00Z

TimeNs Parsed(std::string_view text) {
  const Result<TimeNs> time = ParseTime(text, kNow);
  EXPECT_TRUE(time.has_value()) << text;
  return time.value_or(-1);
}

TEST(FormatTime, IsRfc3339WithNineDecimals) {
  EXPECT_EQ(FormatTime(kNow + 1), "2026-11-21T06:48:00.000000001Z");
}

TEST(FormatTime, TimesBefore1970CountForward) {
  EXPECT_EQ(FormatTime(-1), "1969-12-31T23:59:59.999999999Z");
}

TEST(FormatTime, TheFirstAndLastRepresentableTimesHaveNames) {
  EXPECT_EQ(FormatTime(INT64_MAX), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(FormatTime(INT64_MIN), "1677-09-21T00:12:43.145224192Z");
}

TEST(ParseTime, ReadsWhatFormatTimeWrites) {
  for (const TimeNs time : {kNow, kNow + 123'456'789, TimeNs{0}, TimeNs{-1'500'000'001}}) {
    EXPECT_EQ(Parsed(FormatTime(time)), time);
  }
}

TEST(ParseTime, ZoneIsTakenOff) {
  EXPECT_EQ(Parsed("2026-11-21T07:48:00+01:00"), kNow);
  EXPECT_EQ(Parsed("2026-11-21T01:18:00-0530"), kNow);
  EXPECT_EQ(Parsed("2026-11-21T07:48:00+01"), kNow);
}

TEST(ParseTime, WithoutZoneItIsUtc) {
  EXPECT_EQ(Parsed("2026-11-21 06:48"), kNow);
  EXPECT_EQ(Parsed("2026-11-21 06:48:00.5"), kNow + kNsPerSecond / 2);
}

TEST(ParseTime, DayAloneIsItsMidnight) {
  EXPECT_EQ(Parsed("2026-11-21"), kNow - (6 * 3600 + 48 * 60) * kNsPerSecond);
}

TEST(ParseTime, SecondsSince1970) {
  EXPECT_EQ(Parsed("@1795243680"), kNow);
  EXPECT_EQ(Parsed("@1795243680.000000001"), kNow + 1);
}

TEST(ParseTime, AgoCountsFromNow) {
  EXPECT_EQ(Parsed("-90s"), kNow - 90 * kNsPerSecond);
  EXPECT_EQ(Parsed("-5m"), kNow - 300 * kNsPerSecond);
  EXPECT_EQ(Parsed("-2h"), kNow - 7200 * kNsPerSecond);
  EXPECT_EQ(Parsed("-1d"), kNow - 86'400 * kNsPerSecond);
}

TEST(ParseTime, DecimalsBeyondTheNinthAreCut) {
  EXPECT_EQ(Parsed("2026-11-21T06:48:00.1234567899Z"), kNow + 123'456'789);
}

class MalformedTime : public testing::TestWithParam<const char*> {};

TEST_P(MalformedTime, IsRefusedWithTheFormsThatWork) {
  const Result<TimeNs> time = ParseTime(GetParam(), kNow);
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(time.error().code, ErrorCode::kUsage);
  EXPECT_THAT(time.error().what, testing::HasSubstr(GetParam()));
  EXPECT_THAT(time.error().remedy, testing::HasSubstr("2026-11-21T06:48:00Z"));
}

INSTANTIATE_TEST_SUITE_P(Times, MalformedTime,
                         testing::Values("", "yesterday", "2026", "2026-13-01", "2026-02-30",
                                         "2026-11-21T25:00:00Z", "2026-11-21T06:60:00Z",
                                         "2026-11-21T06:48:00+25:00", "2026-11-21T06:48:00Zx",
                                         "2026-11-21T06:48:00.Z", "2026-11-21T", "@", "@12x",
                                         "@99999999999", "-5", "-m", "-5y", "-5m ago",
                                         "-999999999d", "0001-01-01", "9999-01-01"));

}  // namespace
}  // namespace trafrec
