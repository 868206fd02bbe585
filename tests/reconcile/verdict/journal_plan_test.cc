#include "reconcile/verdict/journal_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kUuid = "yPmvF1rRTgaX2bAkR1nC5A";

store::ExchangeId Id(uint64_t number) { return {.recorder = "r", .attempt = 1, .number = number}; }

std::string SourceOf(int64_t seq_no) { return "{\"w\":\"" + std::to_string(seq_no) + "\"}"; }

/// An index of one shard that was made at time 0; whose operation n was answered at 10 * n + 10.
class JournalPlanTest : public testing::Test {
 protected:
  JournalPlanTest() {
    history_.until = 1'000;
    history_.settings.push_back({.name = "i", .uuid = kUuid});
    history_.events.push_back({.name = "i", .ran = {0, 1}, .answered = true});
  }

  void Journal(int64_t seq_no, const std::string& id, bool present = true) {
    Sight sight{.document = {"i", id, ""}, .shard = 0, .present = present};
    sight.seq_no = seq_no;
    sight.primary_term = 1;
    sight.by_journal = true;
    sight.text = present ? SourceOf(seq_no) : "";
    sight.source = ReplacingChange(BodyTree(sight.text).get()).fields;
    history_.sights.push_back(sight);
  }
  static Write WriteOf(int64_t seq_no, const std::string& id) {
    return {.document = {"i", id, ""}, .ran = {10 * seq_no, 10 * seq_no + 10}, .seq_no = seq_no};
  }
  void Answered(int64_t seq_no, const std::string& id) {
    history_.writes.push_back(WriteOf(seq_no, id));
  }
  void Asked(const std::string& id, dialect::Kind kind, const std::string& source,
             std::optional<int64_t> seq_no) {
    const size_t request = history_.requests.size();
    history_.requests.push_back({.whole = true, .questions = {history_.questions.size()}});
    Finding& finding = judgement_.findings.emplace_back();
    finding.question = history_.questions.size();
    if (seq_no) {
      finding.verdict = Verdict::kCommitted;
      finding.position = store::CommitPosition{kUuid, 0, 1, *seq_no};
    }
    Question question{.request = request, .document = {"i", id, ""}, .kind = kind};
    question.change = ReplacingChange(BodyTree(source).get());
    history_.questions.push_back(question);
  }
  void ByQuery() {
    ByQueryRun run{.id = Id(77), .indices = {"i"}};
    history_.by_query.push_back(run);
  }
  JournalPlan Plan() const { return PlanFromJournal(history_, judgement_); }
  std::vector<int64_t> Numbers() const {
    std::vector<int64_t> numbers;
    for (const JournalWrite& write : Plan().writes) {
      numbers.push_back(write.position.seq_no);
    }
    return numbers;
  }

  History history_;
  Judgement judgement_;
};

TEST_F(JournalPlanTest, ANumberThatNoRequestOfTheLogTookIsWrittenAsTheJournalHasIt) {
  Journal(0, "a");
  Journal(1, "b", false);
  Journal(2, "a");
  Answered(0, "a");
  Answered(2, "a");
  const JournalPlan plan = Plan();
  ASSERT_EQ(plan.writes.size(), 1U);
  EXPECT_EQ(plan.writes[0].index, "i");
  EXPECT_EQ(plan.writes[0].position, (store::CommitPosition{kUuid, 0, 1, 1}));
  EXPECT_EQ(plan.writes[0].by, 30);
  EXPECT_EQ(plan.writes[0].sight, 1U);
}

TEST_F(JournalPlanTest, ANumberIsWrittenBeforeTheAnswerThatShowsIt) {
  Journal(0, "a");
  Journal(1, "a");
  Journal(2, "b");
  Answered(0, "a");
  Answered(2, "b");
  Sight noop{.document = {"i", "a", ""}, .at = {14, 18}, .present = true};
  noop.seq_no = 1;
  history_.sights.push_back(noop);
  ASSERT_THAT(Numbers(), ElementsAre(1));
  EXPECT_EQ(Plan().writes.front().by, 18);
}

TEST_F(JournalPlanTest, AnAnswerDoesNotStandForARequestThatTheLogHasOnlyAPartOf) {
  Journal(0, "a");
  Journal(1, "a");
  history_.loose.push_back(WriteOf(0, "a"));
  Answered(1, "a");
  EXPECT_THAT(Numbers(), ElementsAre(0));
}

TEST_F(JournalPlanTest, ACommittedRequestStaysIfTheJournalHasJustItsDocument) {
  Journal(0, "a");
  Asked("a", dialect::Kind::kIndex, SourceOf(0), 0);
  const JournalPlan plan = Plan();
  EXPECT_THAT(plan.writes, IsEmpty());
  EXPECT_THAT(plan.replaced, IsEmpty());
}

TEST_F(JournalPlanTest, ACommittedRequestGivesWayIfTheJournalHasAnotherDocumentThere) {
  Journal(0, "a");
  Asked("a", dialect::Kind::kIndex, SourceOf(7), 0);
  EXPECT_THAT(Numbers(), ElementsAre(0));
  EXPECT_THAT(Plan().replaced, ElementsAre(0));
}

TEST_F(JournalPlanTest, ACommittedRequestGivesWayIfSomethingIsInsertedBeforeIt) {
  Journal(0, "a");
  Journal(1, "a");
  Asked("a", dialect::Kind::kIndex, SourceOf(1), 1);
  EXPECT_THAT(Numbers(), ElementsAre(0, 1));
  EXPECT_THAT(Plan().replaced, ElementsAre(0));
}

TEST_F(JournalPlanTest, AnUpdateGivesWayToWhatItLeft) {
  Journal(0, "a");
  Asked("a", dialect::Kind::kUpdate, SourceOf(0), 0);
  EXPECT_THAT(Numbers(), ElementsAre(0));
  EXPECT_THAT(Plan().replaced, ElementsAre(0));
}

TEST_F(JournalPlanTest, WhatIsUnknownGivesWay) {
  Journal(0, "a");
  Answered(0, "a");
  Asked("b", dialect::Kind::kIndex, SourceOf(5), std::nullopt);
  EXPECT_THAT(Numbers(), IsEmpty());
  EXPECT_THAT(Plan().replaced, ElementsAre(0));
}

TEST_F(JournalPlanTest, ARequestWhoseAnswerStrayedIsSentAsItWasOrInserted) {
  Journal(0, "a");
  Journal(1, "b");
  for (const int64_t seq_no : {0, 1}) {
    Asked(seq_no == 0 ? "a" : "b", dialect::Kind::kIndex, SourceOf(seq_no), seq_no);
    history_.questions.back().at = {Id(static_cast<uint64_t>(seq_no)), std::nullopt};
    history_.questions.back().told = Question::Told{.committed = true, .seq_no = seq_no};
    history_.questions.back().automatic_id = seq_no == 1;  // which nobody sees in the exchange
    Write write = WriteOf(seq_no, seq_no == 0 ? "a" : "b");
    write.at = {Id(static_cast<uint64_t>(seq_no)), 0};
    history_.writes.push_back(write);
  }
  EXPECT_THAT(Numbers(), ElementsAre(1));
  EXPECT_THAT(Plan().replaced, ElementsAre(1));
}

TEST_F(JournalPlanTest, AByQueryRequestGivesWayToItsOperations) {
  Journal(0, "a");
  Journal(1, "a");
  Answered(0, "a");
  ByQuery();
  EXPECT_THAT(Numbers(), ElementsAre(1));
  EXPECT_THAT(Plan().by_queries, ElementsAre(Id(77)));
}

TEST_F(JournalPlanTest, NothingGivesWayWhereTheJournalLacksANumber) {
  Journal(0, "a");
  Journal(2, "a");
  Answered(0, "a");
  ByQuery();
  Asked("b", dialect::Kind::kIndex, SourceOf(5), std::nullopt);
  const JournalPlan plan = Plan();
  EXPECT_THAT(plan.writes, IsEmpty());
  EXPECT_THAT(plan.replaced, IsEmpty());
  EXPECT_THAT(plan.by_queries, IsEmpty());
}

TEST_F(JournalPlanTest, NumbersFromBeforeTheLogAreLeftAlone) {
  history_.events.clear();
  Journal(3, "a");
  Journal(4, "a");
  Journal(5, "b");
  Answered(4, "a");
  EXPECT_THAT(Numbers(), ElementsAre(5));
}

TEST_F(JournalPlanTest, AnIndexThatWasRemovedIsLeftAlone) {
  history_.events.push_back({.name = "i", .what = IndexEvent::What::kRemoved, .ran = {0, 1}});
  Journal(0, "a");
  EXPECT_THAT(Numbers(), IsEmpty());
}

}  // namespace
}  // namespace trafrec::reconcile
