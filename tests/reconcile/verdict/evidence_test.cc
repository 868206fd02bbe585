// What single facts of a log say, and what they do not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>

#include "reconcile/verdict/judge.h"
#include "tests/reconcile/verdict/condensed.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;
using testing::IsEmpty;

Fields SourceOf(const std::string& text) {
  return ReplacingChange(BodyTree("{\"text\":\"" + text + "\"}").get()).fields;
}

/// An index of one shard; whether its log is so long that it is judged window by window.
class EvidenceTest : public testing::TestWithParam<bool> {
 protected:
  EvidenceTest() {
    history_.product = VersionId::Elasticsearch(7, 10, 2);
    history_.until = 1'000;
    IndexSettings settings{.name = "i", .uuid = "uuid"};
    settings.shards = 1;
    settings.routing_shards = 1'024;
    history_.settings.push_back(settings);
  }

  void MadeInLog() { history_.events.push_back({.name = "i", .ran = {0, 0}, .answered = true}); }

  void Wrote(const std::string& id, int64_t seq_no, int64_t version, const Span& ran) {
    history_.writes.push_back(
        {.document = {"i", id, ""},
         .ran = ran,
         .fate = version == 1 ? dialect::Fate::kCreated : dialect::Fate::kUpdated,
         .version = version,
         .seq_no = seq_no,
         .primary_term = 1,
         .change = {.how = Change::How::kReplaces, .fields = SourceOf(std::to_string(version))}});
  }

  /// An index operation that nobody answered.
  Question& Asked(const std::string& id, const Span& runs) {
    history_.requests.push_back(
        {.whole = true, .runs = runs, .questions = {history_.questions.size()}});
    Question question{.request = history_.requests.size() - 1, .document = {"i", id, ""}};
    question.unconditional = question.makes = true;
    question.change = {.how = Change::How::kReplaces, .fields = SourceOf("asked")};
    return history_.questions.emplace_back(question);
  }

  Sight& Saw(const std::string& id, const Span& at) {
    return history_.sights.emplace_back(
        Sight{.document = {"i", id, ""}, .at = at, .present = true});
  }

  Judgement Judged() const {
    return GetParam() ? Judge(Condensed(history_, SIZE_MAX), 1) : Judge(history_);
  }

  History history_;
};

INSTANTIATE_TEST_SUITE_P(OfAnyLength, EvidenceTest, testing::Values(false, true),
                         [](const auto& is_long) { return is_long.param ? "Windows" : "Whole"; });

TEST_P(EvidenceTest, AHitThatShowsNoVersionSaysNothingOfOneWhoseVersionNobodyKnows) {
  MadeInLog();
  Wrote("a", 0, 1, {0, 10});
  Asked("a", {20, 40});
  // Refused, since another had written number 1: of that one nobody says which version it is.
  Sight& refused = Saw("a", {30, 35});
  refused.seq_no = 1;
  refused.untold = refused.current = true;
  refused.present = false;
  Wrote("a", 2, 3, {50, 60});
  Saw("a", {70, 80}).source = SourceOf("3");
  const Judgement judgement = Judged();
  EXPECT_THAT(judgement.notes, IsEmpty());
  EXPECT_THAT(judgement.missing, IsEmpty());
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kCommitted);
  EXPECT_EQ(judgement.findings[0].grade, Grade::kProven);
}

/// An update of what was written before something was lost, as it is judged.
std::string UpdateAfter(const LostTraffic& lost, const std::function<Judgement()>& judge,
                        History& history) {
  history.lost.push_back(lost);
  OpenRequest& request = history.requests.back();
  request.soon = request.at_once = request.runs.from + 10;
  request.acknowledged = request.watched = true;
  Question& question = history.questions.back();
  question.kind = dialect::Kind::kUpdate;
  question.makes = false;
  question.fit = Fit::kTaken;
  question.place_taken = true;
  const Finding finding = judge().findings.front();
  return std::string(store::NameOf(finding.verdict));
}

TEST_P(EvidenceTest, ADocumentIsPresumedToBeThereStillIfAFlowLostALittle) {
  MadeInLog();
  Wrote("a", 0, 1, {0, 10});
  Asked("a", {300, 400});
  EXPECT_EQ(UpdateAfter(
                {.ran = {100, 200}, .bytes = 300, .in_flow = true}, [this] { return Judged(); },
                history_),
            "committed");
}

TEST_P(EvidenceTest, ADocumentIsNotPresumedToBeThereStillIfTheRecorderWasNot) {
  MadeInLog();
  Wrote("a", 0, 1, {0, 10});
  Asked("a", {300, 400});
  EXPECT_EQ(UpdateAfter(
                {.ran = {100, 200}, .in_flow = false}, [this] { return Judged(); }, history_),
            "unknown");
}

TEST_P(EvidenceTest, WhereManySetVersionsWhatWasLostMayHaveSetThoseOfAnyDocument) {
  MadeInLog();
  history_.mutations = 4;
  history_.external_versions = 1;
  Wrote("a", 0, 1, {0, 10});
  Asked("b", {120, 130});                        // number 1, 2 or 3, or nothing
  history_.lost.push_back({.ran = {100, 200}});  // number 1, 2 or 3 set version 4
  Wrote("a", 4, 5, {400, 410});
  EXPECT_NE(Judged().findings[0].grade, Grade::kProven);
}

TEST_P(EvidenceTest, WhereADocumentHasMoreVersionsThanThereAreNumbersSomebodySetOne) {
  MadeInLog();
  Wrote("a", 0, 1, {0, 10});
  history_.lost.push_back({.ran = {100, 200}});  // number 1 set version 4
  Asked("b", {300, 310});                        // number 2
  Wrote("a", 3, 5, {400, 410});
  EXPECT_THAT(Judged().notes, IsEmpty());
}

TEST_P(EvidenceTest, AnIndexThatWasThereBeforeHasNumbersBelowTheFirstThatTheLogShows) {
  Asked("a", {0, 10});
  Asked("c", {40, 45});  // once number 100 was taken
  Wrote("d", 100, 5, {20, 30});
  Wrote("d", 101, 6, {50, 60});
  Wrote("c", 102, 2, {70, 80});
  const Judgement judgement = Judged();
  EXPECT_THAT(judgement.notes, IsEmpty());
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kUnknown);
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kNotCommitted);
  EXPECT_EQ(judgement.findings[1].grade, Grade::kProven);
}

TEST_P(EvidenceTest, ThatADocumentsNumbersAreBelowTheFirstThatTheLogShowsIsAllowedFor) {
  Asked("a", {0, 10});
  Asked("d", {60, 65});  // number 101, if any
  Wrote("d", 100, 5, {20, 30});
  Wrote("d", 102, 7, {70, 80});
  Wrote("a", 103, 2, {90, 100});
  const Judgement judgement = Judged();
  EXPECT_THAT(judgement.notes, IsEmpty());
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kSuperseded);
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kCommitted);
}

TEST_P(EvidenceTest, WhatWasCarriedOutBeforeTheFirstNumberThatTheLogShowsFits) {
  Asked("a", {0, 10}).status_seen = true;
  Wrote("d", 100, 5, {20, 30});
  const Judgement judgement = Judged();
  EXPECT_THAT(judgement.notes, IsEmpty());
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kCommitted);
}

TEST_P(EvidenceTest, TheDeletionOfADocumentThatWasGoneInTheEndMayHaveANumberBeyondTheLast) {
  MadeInLog();
  Wrote("a", 0, 1, {0, 10});
  Asked("b", {20, 30});  // number 1
  Wrote("c", 2, 1, {50, 60});
  Saw("a", {100, 110}).present = false;
  history_.sights.back().current = true;
  Question& deletion = Asked("a", {80, 90});
  deletion.kind = dialect::Kind::kDelete;
  deletion.deletes = true;
  deletion.makes = false;
  deletion.change = {.how = Change::How::kDeletes};
  const Judgement judgement = Judged();
  EXPECT_THAT(judgement.notes, IsEmpty());
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kCommitted);
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kCommitted);
}

TEST_P(EvidenceTest, WhatQueriesFindMayHaveBeenPutMeanwhileUnderAnIdThatNobodySaw) {
  MadeInLog();
  Wrote("a", 0, 1, {0, 10});
  Question& put = Asked("", {20, 30});  // number 1
  put.automatic_id = true;
  put.change.fields = ReplacingChange(BodyTree(R"({"grp":"x"})").get()).fields;
  const auto mapping =
      Mapping::OfCreation(R"({"mappings":{"properties":{"grp":{"type":"keyword"}}}})");
  for (const TimeNs at : {40, 60}) {  // numbers 2 and 3
    history_.by_query.push_back(
        {.indices = {"i"},
         .ran = {at, at + 10},
         .writes = 1,
         .selection = Selection::OfBody(R"({"query":{"term":{"grp":"x"}}})", &*mapping)});
  }
  Sight& seen = Saw("DSf4KKIBMkbOKVBBr-Ev", {100, 110});
  seen.version = 3;
  seen.seq_no = 3;
  seen.primary_term = 1;
  seen.current = true;
  const Judgement judgement = Judged();
  EXPECT_THAT(judgement.notes, IsEmpty());
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kCommitted);
}

TEST_P(EvidenceTest, ADocumentThatSomebodyAsksForMayHaveBeenPutUnderAnIdThatTheSourceGave) {
  const std::string id = "DSf4KKIBMkbOKVBBr-Ev";
  MadeInLog();
  Wrote("a", 0, 1, {0, 10});
  Question& put = Asked("", {20, 30});
  put.automatic_id = true;
  Asked(id, {20, 90});  // who had seen it in a search
  Sight& seen = Saw(id, {100, 110});
  seen.version = 1;
  seen.seq_no = 1;
  seen.primary_term = 1;
  seen.current = true;
  Wrote("b", 2, 1, {95, 99});
  const Judgement judgement = Judged();
  EXPECT_THAT(judgement.notes, IsEmpty());
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kUnknown);
}

TEST_P(EvidenceTest, ProvesNothingButWhatARequestsOwnAnswerSaysWhereItContradictsItself) {
  MadeInLog();
  Wrote("a", 0, 1, {0, 10});
  // Nobody is there who can have taken number 1.
  Wrote("b", 2, 1, {50, 60});
  Asked("a", {100, 110});
  Asked("c", {100, 110}).status_seen = true;
  Wrote("c", 4, 2, {200, 210});
  Wrote("a", 5, 2, {200, 210});
  const Judgement judgement = Judged();
  ASSERT_EQ(judgement.notes.size(), 1);
  EXPECT_EQ(judgement.notes[0].about, Note::About::kIndex);
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kUnknown);
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kCommitted);
  ASSERT_EQ(judgement.missing.size(), 1);
  EXPECT_EQ(judgement.missing[0].seq_no, 1);
}

}  // namespace
}  // namespace trafrec::reconcile
