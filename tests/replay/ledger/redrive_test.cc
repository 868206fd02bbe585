#include "replay/ledger/redrive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/replay/ledger/ledger_fixture.h"

namespace trafrec::ledger {
namespace {

using testing::HasSubstr;

/// Dead: 1 and 2/3 for one reason, 4 for another. 5 is blocked by 1, 6 by 4.
class RedriveTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Begin(folder_.path())
                    ->Commit({.letters = {DeadLetter(At(1)), DeadLetter(At(2, 3)),
                                          DeadLetter(At(4), "refused"), BlockedLetter(At(5), At(1)),
                                          BlockedLetter(At(6), At(4))}}));
  }

  Result<uint64_t> Run(const RedriveSelection& selection) {
    return Redrive(RunLock::Take(folder_.path()).value(), selection);
  }
  State StateNow(const Address& at) { return *StateOf(*Look(folder_.path()), at); }

  TemporaryFolder folder_;
};

TEST_F(RedriveTest, AllMarksTheDeadAndTheBlocked) {
  EXPECT_EQ(Run({.all = true}).value(), 5U);
  EXPECT_EQ(StateNow(At(4)), State::kRedriven);
  EXPECT_EQ(StateNow(At(6)), State::kRedriven);
}

TEST_F(RedriveTest, AReasonMarksItsDeadAndWhatIsBlockedByThem) {
  EXPECT_EQ(Run({.reason = "refused"}).value(), 2U);
  EXPECT_EQ(StateNow(At(4)), State::kRedriven);
  EXPECT_EQ(StateNow(At(6)), State::kRedriven);
  EXPECT_EQ(StateNow(At(1)), State::kDead);
  EXPECT_EQ(StateNow(At(5)), State::kBlocked);
}

TEST_F(RedriveTest, LettersThatTheRunWentPastAreMarkedOnlyOnDemand) {
  ASSERT_TRUE(GoOn(folder_.path())->Commit({.marks = {{kPassedMark, "yes"}}}));
  const Result<uint64_t> refused = Run({.all = true});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().remedy, HasSubstr("--over-newer"));
  EXPECT_EQ(StateNow(At(1)), State::kDead);
  EXPECT_EQ(Run({.all = true, .over_newer = true}).value(), 5U);
}

TEST_F(RedriveTest, AnItemIsMarkedAlone) {
  EXPECT_EQ(Run({.operations = {{.exchange = Exchange(2), .item = 3}}}).value(), 1U);
  EXPECT_EQ(StateNow(At(2, 3)), State::kRedriven);
  EXPECT_EQ(StateNow(At(1)), State::kDead);
}

TEST_F(RedriveTest, AnExchangeMeansAllItsLetters) {
  EXPECT_EQ(Run({.operations = {{.exchange = Exchange(2)}}}).value(), 1U);
  EXPECT_EQ(StateNow(At(2, 3)), State::kRedriven);
}

TEST_F(RedriveTest, ABlockedOneIsRefusedAndItsBlockerNamed) {
  const auto refused = Run({.operations = {{.exchange = Exchange(5), .item = 0}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr(FormatAddress(At(1))));
}

TEST_F(RedriveTest, OneThatIsNoLetterIsNamedAndNothingIsMarked) {
  const auto refused = Run({.operations = {{.exchange = Exchange(1)}, {.exchange = Exchange(77)}}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(StateNow(At(1)), State::kDead);
}

TEST_F(RedriveTest, ItIsCounted) {
  ASSERT_TRUE(Run({.reason = "refused"}));
  ASSERT_TRUE(Run({.all = true}));
  EXPECT_EQ(Look(folder_.path())->Counters().value()["redriven"], 5);
}

TEST_F(RedriveTest, WhatIsSentAgainAndAnsweredIsNoLetterAnyMore) {
  ASSERT_TRUE(Run({.all = true}));
  const auto ledger = GoOn(folder_.path());
  ASSERT_TRUE(ledger->Commit({.intents = {IntentOf(At(1))}}));
  EXPECT_EQ(StateNow(At(1)), State::kIntended);
  ASSERT_TRUE(ledger->Commit({.outcomes = {OutcomeOf(At(1))}}));
  EXPECT_EQ(StateNow(At(1)), State::kAnswered);
  EXPECT_EQ(Look(folder_.path())->FindLetter(At(1)).value(), std::nullopt);
}

TEST_F(RedriveTest, ARunThatIsGoingOnIsLeftAlone) {
  const auto ledger = GoOn(folder_.path());
  EXPECT_EQ(RunLock::Take(folder_.path()).error().code, ErrorCode::kInUse);
}

}  // namespace
}  // namespace trafrec::ledger
