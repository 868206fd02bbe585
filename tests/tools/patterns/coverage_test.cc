#include "tools/patterns/analysis/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::patterns {
namespace {

using store::AttemptInfo;
using store::LossCause;
using store::LossRecord;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimeNs kZero = 1'793'577'600 * kNsPerSecond;
constexpr TimeNs At(int64_t second) { return kZero + second * kNsPerSecond; }

LossRecord Loss(LossCause cause, int64_t from, int64_t until) {
  LossRecord loss;
  loss.cause = cause;
  loss.from = At(from);
  loss.until = At(until);
  return loss;
}

/// A start of a recorder that ended in good order.
AttemptInfo Attempt(const std::string& recorder, int64_t from, int64_t until,
                    std::vector<LossRecord> losses = {}) {
  AttemptInfo attempt;
  attempt.recorder = recorder;
  attempt.live = true;
  attempt.finished = true;
  attempt.losses = std::move(losses);
  attempt.losses.insert(attempt.losses.begin(), Loss(LossCause::kStart, from, from));
  attempt.losses.push_back(Loss(LossCause::kStop, until, until));
  return attempt;
}

Hole HoleOf(int64_t from, int64_t until, std::vector<std::string> causes) {
  return {.from = At(from), .until = At(until), .causes = std::move(causes)};
}

TEST(Coverage, GoesFromTheStartToTheStop) {
  const auto coverage = CoverageOf({Attempt("a", 10, 20)}, {}, {});
  ASSERT_TRUE(coverage);
  EXPECT_EQ(coverage->from, At(10));
  EXPECT_EQ(coverage->until, At(20));
  EXPECT_THAT(coverage->holes, IsEmpty());
}

TEST(Coverage, ARecordersPauseIsAHole) {
  const auto coverage = CoverageOf({Attempt("a", 10, 20), Attempt("a", 50, 60)}, {}, {});
  EXPECT_THAT(coverage->holes, ElementsAre(HoleOf(20, 50, {"not_recording"})));
}

TEST(Coverage, LossRowsAreHolesAndTheShareOfLostBytesIsNone) {
  const auto coverage =
      CoverageOf({Attempt("a", 0, 100,
                          {Loss(LossCause::kKernelDrop, 10, 11), Loss(LossCause::kGapShare, 20, 30),
                           Loss(LossCause::kGap, 40, 45)})},
                 {}, {});
  EXPECT_THAT(coverage->holes,
              ElementsAre(HoleOf(10, 11, {"kernel_drop"}), HoleOf(40, 45, {"gap"})));
}

TEST(Coverage, HolesThatTouchAreOneWithBothCauses) {
  const auto coverage = CoverageOf(
      {Attempt("a", 0, 100,
               {Loss(LossCause::kKernelDrop, 10, 20), Loss(LossCause::kRingDrop, 15, 30)})},
      {}, {});
  EXPECT_THAT(coverage->holes, ElementsAre(HoleOf(10, 30, {"kernel_drop", "ring_drop"})));
}

TEST(Coverage, FromACrashToTheNextStartNobodyRecorded) {
  AttemptInfo crashed = Attempt("a", 0, 0);
  crashed.finished = false;
  crashed.losses.back() = Loss(LossCause::kCrash, 30, 50);
  const auto coverage = CoverageOf({crashed, Attempt("a", 50, 60)}, {}, {});
  ASSERT_EQ(coverage->holes.size(), 1U);
  EXPECT_EQ(coverage->holes[0].from, At(30));
  EXPECT_EQ(coverage->holes[0].until, At(50));
}

TEST(Coverage, ARunningRecorderCoversWhatItsMarkSays) {
  AttemptInfo running = Attempt("a", 0, 0);
  running.finished = false;
  running.running = true;
  running.losses.pop_back();
  running.written.requests_through = At(40);
  EXPECT_EQ(CoverageOf({running}, {}, {})->until, At(40));
}

TEST(Coverage, WhatOneOfTwoRecordersMissedIsAHole) {
  const auto coverage =
      CoverageOf({Attempt("a", 0, 10), Attempt("a", 20, 30), Attempt("b", 0, 30)}, {}, {});
  EXPECT_THAT(coverage->holes, ElementsAre(HoleOf(10, 20, {"not_recording"})));
}

TEST(Coverage, ARecorderThatReplacedAnotherLeavesNoHole) {
  const auto coverage = CoverageOf({Attempt("a", 0, 20), Attempt("b", 15, 40)}, {}, {});
  EXPECT_EQ(coverage->until, At(40));
  EXPECT_THAT(coverage->holes, IsEmpty());
}

TEST(Coverage, DeletedSegmentsAreAHole) {
  AttemptInfo attempt = Attempt("a", 0, 100);
  attempt.deleted_segments = 1;
  attempt.deleted_from = At(0);
  attempt.deleted_until = At(30);
  EXPECT_THAT(CoverageOf({attempt}, {}, {})->holes, ElementsAre(HoleOf(0, 30, {"deleted"})));
}

TEST(Coverage, IsCutToTheTimesAskedFor) {
  const std::vector<AttemptInfo> attempts = {Attempt("a", 0, 20), Attempt("a", 50, 100)};
  const auto coverage = CoverageOf(attempts, At(10), At(30));
  EXPECT_EQ(coverage->from, At(10));
  EXPECT_EQ(coverage->until, At(30));
  EXPECT_THAT(coverage->holes, ElementsAre(HoleOf(20, 30, {"not_recording"})));
  EXPECT_FALSE(CoverageOf(attempts, At(200), {}));
}

TEST(Coverage, AnUnfinishedReadingOfFilesIsNoPartOfTheLog) {
  AttemptInfo attempt = Attempt("a", 0, 10);
  attempt.live = attempt.finished = false;
  EXPECT_FALSE(CoverageOf({attempt}, {}, {}));
}

TEST(MarkHoles, SlotsThatAHoleTouchesAreNotWhole) {
  Timeline timeline;
  MarkHoles({.from = At(0), .until = At(10), .holes = {HoleOf(3, 4, {"gap"})}}, timeline);
  std::vector<bool> whole;
  for (size_t i = 0; i < 10; ++i) {
    whole.push_back(timeline.slot(i).whole());
  }
  EXPECT_THAT(whole, ElementsAre(true, true, true, false, false, true, true, true, true, true));
}

TEST(MarkHoles, ASlotInWhichTheRecordingBeganIsNotWholeAndNoHole) {
  Timeline timeline;
  MarkHoles({.from = At(0) + kNsPerSecond / 4, .until = At(5), .holes = {}}, timeline);
  EXPECT_FALSE(timeline.slot(0).whole());
  EXPECT_FALSE(timeline.slot(0).hole);
  EXPECT_EQ(timeline.slot(0).outside_ns, kNsPerSecond / 4);
}

TEST(MarkHoles, ExchangesOutsideOfTheCoverageAreInAHole) {
  Timeline timeline;
  timeline.At(At(20)).operations = 1;
  MarkHoles({.from = At(0), .until = At(5), .holes = {}}, timeline);
  EXPECT_TRUE(timeline.slot(20).hole);
}

}  // namespace
}  // namespace trafrec::patterns
