#include "tools/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/repeat_filter.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(EventJson, IsOneLineWithTimeLevelEventMessageTryAndFields) {
  const std::string line = EventJson({.level = Level::kWarning,
                                      .name = "disk_full",
                                      .message = "a \"full\"\ndisk",
                                      .remedy = "free some",
                                      .fields = {{"lost", uint64_t{7}},
                                                 {"lag_ns", int64_t{-1}},
                                                 {"fill", 0.5},
                                                 {"log", std::string("L")}}},
                                     1'795'243'680'000'000'001);
  EXPECT_EQ(
      line,
      "{\"time\":\"2026-11-21T06:48:00.000000001Z\",\"level\":\"warning\",\"event\":"
      "\"disk_full\",\"message\":\"a \\\"full\\\"\\\\ndisk\",\"try\":\"free some\",\"fields\":"
      "{\"lost\":7,\"lag_ns\":-1,\"fill\":0.5,\"log\":\"L\"}}\n");
  EXPECT_FALSE(json::parse(line, nullptr, false).is_discarded());
}

TEST(ErrorLine, IsAnEventOfItsCodeInJson) {
  const json line =
      json::parse(ErrorLine({ErrorCode::kInUse, "the port is taken", "another"}, LogFormat::kJson));
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["event"], "in_use");
  EXPECT_EQ(line["message"], "the port is taken");
  EXPECT_EQ(line["try"], "another");
}

class Repeats : public testing::Test {
 protected:
  int LetThrough(const std::string& message, int times) {
    int let = 0;
    for (int n = 0; n < times; ++n) {
      let += filter_.Let(message, now_) ? 1 : 0;
    }
    return let;
  }

  std::vector<std::string> Ended() {
    std::vector<std::string> lines;
    for (const RepeatFilter::Held& held : filter_.TakeEnded(now_)) {
      lines.push_back(held.message + " " + std::to_string(held.times));
    }
    return lines;
  }

  RepeatFilter filter_;
  RepeatFilter::Clock::time_point now_{seconds(1'000)};
};

TEST_F(Repeats, ABurstIsShownAFewTimesAndThenCounted) {
  EXPECT_EQ(LetThrough("full", 1'207), 3);
  EXPECT_THAT(Ended(), IsEmpty());
  now_ += seconds(60);
  EXPECT_THAT(Ended(), ElementsAre("full 1204"));
}

TEST_F(Repeats, AfterItsMinuteAMessageIsNewAgain) {
  LetThrough("full", 10);
  now_ += seconds(60);
  Ended();
  EXPECT_EQ(LetThrough("full", 1), 1);
}

TEST_F(Repeats, OneMessageHidesNoOther) {
  LetThrough("full", 10);
  EXPECT_EQ(LetThrough("again", 1), 1);
}

TEST_F(Repeats, WhatCameRarelyLeavesNothingToTell) {
  LetThrough("full", 3);
  now_ += seconds(60);
  EXPECT_THAT(Ended(), IsEmpty());
}

TEST_F(Repeats, WithTooManyMessagesTheNewOnesAreLetThrough) {
  for (size_t n = 0; n < RepeatFilter::kMessagesMax; ++n) {
    LetThrough(std::to_string(n), 1);
  }
  EXPECT_EQ(LetThrough("one more", 10), 10);
}

}  // namespace
}  // namespace trafrec::tools
