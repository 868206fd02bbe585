#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/replay/ledger/ledger_fixture.h"

// Several writers of one run, each with a range of its log.

namespace trafrec::ledger {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Range kEarly{.from = 0, .until = 100};
constexpr Range kLate{.from = 100, .until = 200};

class RangeTest : public testing::Test {
 protected:
  std::unique_ptr<LedgerWriter> Take(const Range& range) { return ledger_->Take(range).value(); }

  TemporaryFolder folder_;
  std::unique_ptr<Ledger> ledger_ =
      CreateLedger(RunLock::Take(folder_.path()).value(), Facts(), Durability::kNormal).value();
  std::unique_ptr<LedgerReader> reader_ = Look(folder_.path());
};

TEST_F(RangeTest, WhoTookItBeforeCommitsNothingMore) {
  const auto before = Take(kEarly);
  const auto after = Take(kEarly);
  const Status refused = before->Commit({.intents = {IntentOf(At(1))}, .done = {Exchange(2)}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInUse);
  EXPECT_THAT(refused.error().what, HasSubstr("taken over"));
  EXPECT_THAT(reader_->InDoubt().value(), IsEmpty());
  EXPECT_FALSE(reader_->IsDone(Exchange(2)).value());
}

TEST_F(RangeTest, WhoTookItLastCommits) {
  const auto before = Take(kEarly);
  const auto after = Take(kEarly);
  ASSERT_FALSE(before->Commit({.done = {Exchange(1)}}));
  EXPECT_TRUE(after->Commit({.done = {Exchange(2)}}));
  EXPECT_TRUE(reader_->IsDone(Exchange(2)).value());
}

TEST_F(RangeTest, TakingOneLeavesTheWriterOfAnotherAlone) {
  const auto early = Take(kEarly);
  Take(kLate);
  Take(kLate);
  EXPECT_TRUE(early->Commit({.done = {Exchange(1)}}));
}

TEST_F(RangeTest, EachHasAPositionOfItsOwn) {
  const auto early = Take(kEarly);
  const auto late = Take(kLate);
  const Position of_early{.began_at = 7, .id = Exchange(1)};
  const Position of_late{.began_at = 107, .id = Exchange(9)};
  ASSERT_TRUE(late->Commit({.position = of_late}));
  ASSERT_TRUE(early->Commit({.position = of_early}));
  EXPECT_EQ(reader_->ReadPosition(kEarly).value(), of_early);
  EXPECT_EQ(reader_->ReadPosition(kLate).value(), of_late);
}

TEST_F(RangeTest, ItsNextTakerFindsThePosition) {
  const Position position{.began_at = 7, .id = Exchange(1)};
  ASSERT_TRUE(Take(kEarly)->Commit({.position = position}));
  Take(kEarly);
  EXPECT_EQ(reader_->ReadPosition(kEarly).value(), position);
}

TEST_F(RangeTest, NeighboursKeepEachOthersDoneExchanges) {
  const auto early = Take(kEarly);
  const auto late = Take(kLate);
  ASSERT_TRUE(early->Commit({.done = {Exchange(1)}}));
  ASSERT_TRUE(late->Commit({.done = {Exchange(2)}}));  // a bit in the same row of the table
  ASSERT_TRUE(early->Commit({.done = {Exchange(3)}}));
  for (const uint64_t number : {1U, 2U, 3U}) {
    EXPECT_TRUE(reader_->IsDone(Exchange(number)).value()) << number;
  }
}

TEST_F(RangeTest, WhatOneIntendsAnotherDoesNotSettle) {
  const auto early = Take(kEarly);
  const auto late = Take(kLate);
  ASSERT_TRUE(early->Commit({.intents = {IntentOf(At(1))}}));
  ASSERT_TRUE(late->Commit({.intents = {IntentOf(At(2))}}));
  ASSERT_TRUE(late->Commit({.outcomes = {OutcomeOf(At(2))}}));
  EXPECT_THAT(reader_->InDoubt().value(), SizeIs(1));
  EXPECT_EQ(StateOf(*reader_, At(1)), State::kIntended);
}

TEST_F(RangeTest, OneThatOverlapsAnotherIsRefusedWithBoth) {
  const auto early = Take(kEarly);
  const auto refused = ledger_->Take({.from = 50, .until = 200});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInUse);
  EXPECT_THAT(refused.error().what, AllOf(HasSubstr("from 1970-01-01T00:00:00.000000050Z until"),
                                          HasSubstr("from 1970-01-01T00:00:00.000000000Z until")));
  EXPECT_TRUE(early->Commit({.done = {Exchange(1)}}));
}

TEST_F(RangeTest, TheWholeLogIsRefusedWhereAPartWasTaken) {
  Take(kEarly);
  const auto refused = ledger_->Take({});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("from the beginning of the log until its end"));
}

TEST_F(RangeTest, TheRunIsInUseAsLongAsOneWriterLives) {
  auto writer = Take(kEarly);
  ledger_.reset();
  EXPECT_FALSE(RunLock::Take(folder_.path()));
  writer.reset();
  EXPECT_TRUE(RunLock::Take(folder_.path()));
}

}  // namespace
}  // namespace trafrec::ledger
