#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/ledger/limits.h"
#include "store/db/database.h"
#include "tests/replay/ledger/ledger_fixture.h"

namespace trafrec::ledger {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// What version 4 changed is as it was before.
void MakeVersionFour(store::db::Database& file) {
  ASSERT_TRUE(file.Execute("ALTER TABLE index_count DROP COLUMN assumed"));
}

void MakeVersionThree(store::db::Database& file) {
  MakeVersionFour(file);
  ASSERT_TRUE(file.Execute(
      "ALTER TABLE run ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;"
      "ALTER TABLE run ADD COLUMN position_ns INTEGER;"
      "ALTER TABLE run ADD COLUMN position_attempt INTEGER;"
      "ALTER TABLE run ADD COLUMN position_number INTEGER;"
      "UPDATE run SET commits = t.commits, position_ns = t.position_ns, "
      "position_attempt = t.position_attempt, position_number = t.position_number FROM taken t;"
      "DROP TABLE taken"));
}

class LedgerTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::unique_ptr<LedgerWriter> ledger_ = Begin(folder_.path());
  std::unique_ptr<LedgerReader> reader_ = Look(folder_.path());
};

TEST_F(LedgerTest, AnIntentIsInDoubtUntilItsOutcomeIsThere) {
  const Condition condition{.unchanged_since = SeqNo{41, 1}};
  ASSERT_TRUE(ledger_->Commit({.intents = {{.at = At(3, 2), .tries = 2, .condition = condition}}}));
  const auto doubtful = reader_->InDoubt().value();
  ASSERT_THAT(doubtful, SizeIs(1));
  EXPECT_EQ(doubtful[0].at, At(3, 2));
  EXPECT_EQ(doubtful[0].tries, 2U);
  EXPECT_EQ(doubtful[0].condition, condition);
  ASSERT_TRUE(ledger_->Commit({.outcomes = {OutcomeOf(At(3, 2))}}));
  EXPECT_THAT(reader_->InDoubt().value(), IsEmpty());
  EXPECT_EQ(StateOf(*reader_, At(3, 2)), State::kAnswered);
}

TEST_F(LedgerTest, WhatIsWithdrawnIsAsIfItHadNeverBeenIntended) {
  ASSERT_TRUE(ledger_->Commit({.intents = {IntentOf(At(1)), IntentOf(At(2))}}));
  ASSERT_TRUE(ledger_->Commit({.intents = {IntentOf(At(3))}, .withdrawn = {At(1), At(3)}}));
  EXPECT_EQ(StateOf(*reader_, At(1)), std::nullopt);
  EXPECT_EQ(StateOf(*reader_, At(2)), State::kIntended);
  EXPECT_EQ(StateOf(*reader_, At(3)), std::nullopt);
}

TEST_F(LedgerTest, WhatWasRedrivenAndIsWithdrawnIsRedriven) {
  Letter letter = DeadLetter(At(1));
  letter.state = State::kRedriven;
  ASSERT_TRUE(ledger_->Commit({.letters = {letter}}));
  ASSERT_TRUE(ledger_->Commit({.intents = {IntentOf(At(1))}}));
  ASSERT_TRUE(ledger_->Commit({.withdrawn = {At(1)}}));
  EXPECT_EQ(StateOf(*reader_, At(1)), State::kRedriven);
}

TEST_F(LedgerTest, ThatADocumentMustNotExistIsAConditionToo) {
  ASSERT_TRUE(ledger_->Commit({.intents = {{.at = At(1), .tries = 1, .condition = Condition{}},
                                           {.at = At(2), .tries = 1, .condition = {}}}}));
  const auto doubtful = reader_->InDoubt().value();
  EXPECT_EQ(doubtful[0].condition, Condition{});
  EXPECT_EQ(doubtful[1].condition, std::nullopt);
}

TEST_F(LedgerTest, ItemsOfABulkHaveStatesOfTheirOwn) {
  ASSERT_TRUE(ledger_->Commit({.intents = {IntentOf(At(9, 0)), IntentOf(At(9, 1))}}));
  ASSERT_TRUE(
      ledger_->Commit({.outcomes = {OutcomeOf(At(9, 1))}, .letters = {DeadLetter(At(9, 4))}}));
  EXPECT_THAT(reader_->StatesOf(Exchange(9)).value(),
              testing::ElementsAre(Pair(0U, State::kIntended), Pair(1U, State::kAnswered),
                                   Pair(4U, State::kDead)));
}

TEST_F(LedgerTest, EqualNumbersOfTwoRecordersAreTwoExchanges) {
  ASSERT_TRUE(ledger_->Commit({.done = {Exchange(5, "a")}}));
  EXPECT_TRUE(reader_->IsDone(Exchange(5, "a")).value());
  EXPECT_FALSE(reader_->IsDone(Exchange(5, "b")).value());
}

TEST_F(LedgerTest, DoneExchangesAreThoseThatWereCommittedAndNoOthers) {
  const uint64_t edge = limits::kNumbersPerRow;
  ASSERT_TRUE(ledger_->Commit({.done = {Exchange(edge - 1), Exchange(edge)}}));
  ASSERT_TRUE(ledger_->Commit({.done = {Exchange(edge + 2)}}));
  for (uint64_t number = edge - 3; number < edge + 5; ++number) {
    EXPECT_EQ(reader_->IsDone(Exchange(number)).value(),
              number == edge - 1 || number == edge || number == edge + 2)
        << number;
  }
}

TEST_F(LedgerTest, DoneExchangesOfAnEarlierProcessStayDone) {
  ASSERT_TRUE(ledger_->Commit({.done = {Exchange(1)}}));
  ledger_.reset();
  ledger_ = GoOn(folder_.path());
  ASSERT_TRUE(ledger_->Commit({.done = {Exchange(2)}}));
  EXPECT_TRUE(reader_->IsDone(Exchange(1)).value());
}

TEST_F(LedgerTest, AWriteIsFoundByItsNumbersAtTheSource) {
  ASSERT_TRUE(ledger_->Commit(
      {.documents = {{.index = "i", .id = "a", .source = SeqNo{4, 1}, .target = SeqNo{9, 2}},
                     {.index = "i", .id = "a", .source = SeqNo{5, 1}, .target = SeqNo{12, 2}},
                     {.index = "i", .id = "b", .source = SeqNo{4, 1}, .target = SeqNo{7, 2}}}}));
  EXPECT_EQ(reader_->FindWrite("i", "a", {4, 1}).value(), (SeqNo{9, 2}));
  EXPECT_EQ(reader_->FindWrite("i", "a", {5, 1}).value(), (SeqNo{12, 2}));
  EXPECT_EQ(reader_->FindWrite("i", "a", {5, 2}).value(), std::nullopt);
  EXPECT_EQ(reader_->FindWrite("i", "c", {4, 1}).value(), std::nullopt);
}

TEST_F(LedgerTest, OfAWriteThatLeftNoDocumentNoneIsFound) {
  ASSERT_TRUE(ledger_->Commit(
      {.documents = {{.index = "i", .id = "a", .source = SeqNo{4, 1}, .target = {}}}}));
  EXPECT_EQ(reader_->FindWrite("i", "a", {4, 1}).value(), std::nullopt);
}

TEST_F(LedgerTest, AReaderKnowsAWriteBeforeItIsCommitted) {
  reader_->Remember(
      Document{.index = "i", .id = "a", .source = SeqNo{4, 1}, .target = SeqNo{9, 2}});
  EXPECT_EQ(reader_->FindWrite("i", "a", {4, 1}).value(), (SeqNo{9, 2}));
}

TEST_F(LedgerTest, ADocumentIsAsItWasRememberedLast) {
  reader_->Remember(Document{.index = "i", .id = "a", .source = {}, .target = SeqNo{1, 1}});
  reader_->Remember(Document{.index = "i", .id = "a", .source = {}, .target = {}});
  ASSERT_NE(reader_->FindDocument("i", "a"), nullptr);
  EXPECT_EQ(reader_->FindDocument("i", "a")->target, std::nullopt);
  EXPECT_EQ(reader_->FindDocument("ia", ""), nullptr);
}

TEST_F(LedgerTest, OfManyDocumentsTheLastOnesAreRemembered) {
  const auto remember = [this](size_t number) {
    reader_->Remember(
        Document{.index = "i", .id = std::to_string(number), .source = {}, .target = {}});
  };
  for (size_t number = 0; number <= limits::kDocumentsMax; ++number) {
    remember(number);
  }
  EXPECT_EQ(reader_->FindDocument("i", "0"), nullptr);
  EXPECT_NE(reader_->FindDocument("i", std::to_string(limits::kDocumentsMax / 2 + 1)), nullptr);
}

TEST_F(LedgerTest, AContextIsFoundByTheSourcesId) {
  ASSERT_TRUE(ledger_->Commit({.contexts = {{"scroll-at-source", "scroll-at-target"}}}));
  EXPECT_EQ(reader_->FindContext("scroll-at-source").value(), "scroll-at-target");
  EXPECT_EQ(reader_->FindContext("another").value(), std::nullopt);
}

TEST_F(LedgerTest, CountersAreAddedAndMarksReplaced) {
  ASSERT_TRUE(ledger_->Commit({.counters = {{"sent", 3}}, .marks = {{"digest", "a"}}}));
  ASSERT_TRUE(ledger_->Commit({.counters = {{"sent", 4}}, .marks = {{"digest", "b"}}}));
  EXPECT_THAT(reader_->Counters().value(), UnorderedElementsAre(Pair("sent", 7)));
  EXPECT_THAT(reader_->Marks().value(), UnorderedElementsAre(Pair("digest", "b")));
}

TEST_F(LedgerTest, ChangesOfAnIndexAddUpToWhatWasThere) {
  const TargetIndex orders{"default", "orders"};
  ASSERT_TRUE(ledger_->Commit({.at_start = {{orders, 7}}}));
  ASSERT_TRUE(ledger_->Commit({.changes = {{orders, {.created = 3, .unclear = 1, .assumed = 1}}}}));
  ASSERT_TRUE(ledger_->Commit({.changes = {{orders, {.created = 1, .deleted = 2, .assumed = 1}}}}));
  EXPECT_THAT(
      reader_->IndexCounts().value(),
      UnorderedElementsAre(Pair(
          orders, IndexCount{.at_start = 7,
                             .since = {.created = 4, .deleted = 2, .unclear = 1, .assumed = 2}})));
}

TEST_F(LedgerTest, WhatWasCountedBeforeAnIndexWasDeletedDoesNotCount) {
  const TargetIndex orders{"default", "orders"};
  ASSERT_TRUE(ledger_->Commit({.at_start = {{orders, 7}}}));
  ASSERT_TRUE(ledger_->Commit({.changes = {{orders, {.created = 3, .unclear = 1}}}}));
  IndexChange later{.created = 9};
  later.Add({.emptied = true});
  later.Add({.created = 2});
  ASSERT_TRUE(ledger_->Commit({.changes = {{orders, later}}}));
  ASSERT_TRUE(ledger_->Commit({.changes = {{orders, {.created = 1}}}}));
  EXPECT_EQ(reader_->IndexCounts().value().at(orders),
            (IndexCount{.at_start = 7, .since = {.emptied = true, .created = 3}}));
}

TEST_F(LedgerTest, WhatWasPassedOverIsKeptUntilItIsOver) {
  const PassedOver whole{.exchange = Exchange(9), .began_at = 7};
  const PassedOver items{.exchange = Exchange(2), .began_at = 8, .items = {3, 17}};
  ASSERT_TRUE(ledger_->Commit({.passed_over = {items, whole}}));
  EXPECT_THAT(reader_->AllPassedOver().value(), testing::ElementsAre(whole, items));
  ASSERT_TRUE(ledger_->Commit({.caught_up = {Exchange(9)}}));
  EXPECT_THAT(reader_->AllPassedOver().value(), testing::ElementsAre(items));
}

TEST_F(LedgerTest, ALedgerOfVersionOneGetsWhatItLacks) {
  ledger_.reset();
  reader_.reset();
  auto file = store::db::Database::Open(LedgerPath(folder_.path()), store::db::OpenMode::kReadWrite)
                  .value();
  MakeVersionThree(file);
  ASSERT_TRUE(
      file.Execute("DROP TABLE index_count; DROP TABLE passed_over; PRAGMA user_version = 1"));
  ledger_ = GoOn(folder_.path());
  ASSERT_TRUE(ledger_->Commit({.changes = {{{"default", "orders"}, {.created = 1}}}}));
  EXPECT_THAT(Look(folder_.path())->IndexCounts().value(), SizeIs(1));
  EXPECT_THAT(Look(folder_.path())->AllPassedOver().value(), IsEmpty());
}

TEST_F(LedgerTest, ALedgerOfVersionTwoGetsWhatItLacks) {
  ledger_.reset();
  reader_.reset();
  auto file = store::db::Database::Open(LedgerPath(folder_.path()), store::db::OpenMode::kReadWrite)
                  .value();
  ASSERT_TRUE(file.Execute("DROP TABLE passed_over; PRAGMA user_version = 2"));
  MakeVersionThree(file);
  ledger_ = GoOn(folder_.path());
  ASSERT_TRUE(ledger_->Commit({.passed_over = {{.exchange = Exchange(9), .began_at = 7}}}));
  EXPECT_THAT(Look(folder_.path())->AllPassedOver().value(), SizeIs(1));
}

TEST_F(LedgerTest, ALedgerOfVersionThreeKeepsItsPosition) {
  const Position position{.began_at = 17, .id = Exchange(4)};
  ASSERT_TRUE(ledger_->Commit({.position = position}));
  ledger_.reset();
  reader_.reset();
  auto file = store::db::Database::Open(LedgerPath(folder_.path()), store::db::OpenMode::kReadWrite)
                  .value();
  MakeVersionThree(file);
  ASSERT_TRUE(file.Execute("PRAGMA user_version = 3"));
  ledger_ = GoOn(folder_.path());
  EXPECT_EQ(Look(folder_.path())->ReadPosition({}).value(), position);
  EXPECT_TRUE(ledger_->Commit({.done = {Exchange(5)}}));
}

TEST_F(LedgerTest, ALedgerOfVersionFourKeepsWhatItCounted) {
  const TargetIndex orders{"default", "orders"};
  ASSERT_TRUE(ledger_->Commit({.changes = {{orders, {.created = 3}}}}));
  ledger_.reset();
  reader_.reset();
  auto file = store::db::Database::Open(LedgerPath(folder_.path()), store::db::OpenMode::kReadWrite)
                  .value();
  MakeVersionFour(file);
  ASSERT_TRUE(file.Execute("PRAGMA user_version = 4"));
  ledger_ = GoOn(folder_.path());
  ASSERT_TRUE(ledger_->Commit({.changes = {{orders, {.created = 1, .assumed = 1}}}}));
  EXPECT_THAT(
      Look(folder_.path())->IndexCounts().value(),
      UnorderedElementsAre(Pair(orders, IndexCount{.since = {.created = 4, .assumed = 1}})));
}

TEST_F(LedgerTest, ThePositionIsTheLastOneThatWasCommitted) {
  EXPECT_EQ(reader_->ReadPosition({}).value(), std::nullopt);
  const Position position{.began_at = 17, .id = Exchange(4, "b")};
  ASSERT_TRUE(ledger_->Commit({.position = position}));
  ASSERT_TRUE(ledger_->Commit({.counters = {{"sent", 1}}}));
  EXPECT_EQ(reader_->ReadPosition({}).value(), position);
}

TEST_F(LedgerTest, LettersComeInTheSourcesOrderPageByPage) {
  ASSERT_TRUE(ledger_->Commit({.letters = {DeadLetter(At(8)), DeadLetter(At(2, 1)),
                                           DeadLetter(At(2, 0)), BlockedLetter(At(5), At(2))}}));
  std::vector<Address> seen;
  LetterQuery query{.limit = 1};
  for (auto page = reader_->Letters(query).value(); !page.empty();
       page = reader_->Letters(query).value()) {
    seen.push_back(page[0].at);
    query.after = page[0];
  }
  EXPECT_THAT(seen, testing::ElementsAre(At(2, 0), At(2, 1), At(5), At(8)));
}

TEST_F(LedgerTest, LettersAreChosenByStateAndReason) {
  ASSERT_TRUE(ledger_->Commit(
      {.letters = {DeadLetter(At(1), "refused"), DeadLetter(At(2)), BlockedLetter(At(3), At(1))}}));
  EXPECT_THAT(reader_->Letters({.states = {State::kDead}}).value(), SizeIs(2));
  const auto refused = reader_->Letters({.reason = "refused"}).value();
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(refused[0].at, At(1));
}

TEST_F(LedgerTest, ALetterKeepsAllThatIsKnown) {
  Letter letter = BlockedLetter(At(3, 1), At(1));
  letter.condition = Condition{.unchanged_since = SeqNo{5, 1}};
  letter.source_fate = "updated";
  letter.status = 504;
  ASSERT_TRUE(ledger_->Commit({.letters = {letter}}));
  const Letter found = reader_->FindLetter(At(3, 1)).value().value();
  EXPECT_EQ(found.why, letter.why);
  EXPECT_EQ(found.condition, letter.condition);
  EXPECT_EQ(found.blocked_by, At(1));
  EXPECT_EQ(found.status, 504);
  EXPECT_EQ(found.source_fate, "updated");
  EXPECT_EQ(found.target, letter.target);
}

TEST_F(LedgerTest, OfABatchThatFailsNothingIsThere) {
  auto file = store::db::Database::Open(LedgerPath(folder_.path()), store::db::OpenMode::kReadWrite)
                  .value();
  ASSERT_TRUE(
      file.Execute("CREATE TRIGGER refuse BEFORE INSERT ON mark BEGIN "
                   "SELECT RAISE(ABORT, 'no marks today'); END"));
  const Batch batch{.intents = {IntentOf(At(1))}, .done = {Exchange(2)}, .marks = {{"a", "b"}}};
  const Status refused = ledger_->Commit(batch);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("no marks today"));
  EXPECT_THAT(reader_->InDoubt().value(), IsEmpty());
  EXPECT_FALSE(reader_->IsDone(Exchange(2)).value());
}

TEST_F(LedgerTest, ABatchThatFailedCanBeCommittedAgain) {
  auto file = store::db::Database::Open(LedgerPath(folder_.path()), store::db::OpenMode::kReadWrite)
                  .value();
  ASSERT_TRUE(
      file.Execute("CREATE TRIGGER refuse BEFORE INSERT ON mark BEGIN "
                   "SELECT RAISE(ABORT, 'no marks today'); END"));
  const Batch batch{.intents = {IntentOf(At(1))}, .done = {Exchange(2)}, .marks = {{"a", "b"}}};
  ASSERT_FALSE(ledger_->Commit(batch));
  ASSERT_TRUE(file.Execute("DROP TRIGGER refuse"));
  ASSERT_TRUE(ledger_->Commit(batch));
  EXPECT_EQ(StateOf(*reader_, At(1)), State::kIntended);
  EXPECT_TRUE(reader_->IsDone(Exchange(2)).value());
}

}  // namespace
}  // namespace trafrec::ledger
