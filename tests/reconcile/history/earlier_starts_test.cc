#include "reconcile/history/earlier_starts.h"

#include <gtest/gtest.h>

#include <limits>

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kEver = std::numeric_limits<TimeNs>::min();

store::AttemptInfo Attempt(uint32_t number) {
  store::AttemptInfo attempt;
  attempt.recorder = "source";
  attempt.attempt = number;
  attempt.live = true;
  attempt.source = "interface lo";
  return attempt;
}

store::LossRecord Loss(store::LossCause cause, TimeNs from) {
  store::LossRecord loss;
  loss.cause = cause;
  loss.from = loss.until = from;
  return loss;
}

/// Of two starts, the first of which was killed at 100.
TimeNs SecondMissedFrom(store::AttemptInfo first, const store::AttemptInfo& second) {
  first.losses.push_back(Loss(store::LossCause::kCrash, 100));
  EarlierStarts starts;
  starts.Add(first);
  return starts.SeenUntil(second);
}

TEST(EarlierStarts, AFirstStartMissedAllThatCameBefore) {
  EXPECT_EQ(EarlierStarts().SeenUntil(Attempt(1)), kEver);
}

TEST(EarlierStarts, ASecondStartMissedWhatCameAfterTheFirstOnesEnd) {
  EXPECT_EQ(SecondMissedFrom(Attempt(1), Attempt(2)), 100);
  store::AttemptInfo stopped = Attempt(1);
  stopped.finished = true;
  stopped.ended_at = 90;
  EarlierStarts starts;
  starts.Add(stopped);
  EXPECT_EQ(starts.SeenUntil(Attempt(2)), 90);
}

TEST(EarlierStarts, WhoLookedElsewhereSawNothingOfThis) {
  store::AttemptInfo elsewhere = Attempt(1);
  elsewhere.source = "interface eth0";
  EXPECT_EQ(SecondMissedFrom(elsewhere, Attempt(2)), kEver);
  store::AttemptInfo other = Attempt(1);
  other.recorder = "another";
  EXPECT_EQ(SecondMissedFrom(other, Attempt(2)), kEver);
  store::AttemptInfo file = Attempt(1);
  file.live = false;
  EXPECT_EQ(SecondMissedFrom(file, Attempt(2)), kEver);
}

TEST(EarlierStarts, WhoseFilterChangedMayHaveMissedAnything) {
  store::AttemptInfo first = Attempt(1);
  first.losses.push_back(Loss(store::LossCause::kFilter, 50));
  EXPECT_EQ(SecondMissedFrom(first, Attempt(2)), kEver);
}

}  // namespace
}  // namespace trafrec::reconcile
