#include <gmock/gmock.h>

#include "tests/replay/dialect/understood.h"

namespace trafrec::dialect {
namespace {

using testing::ElementsAre;

constexpr std::string_view kTwoItems =
    "{\"index\":{\"_id\":\"1\"}}\n{}\n{\"create\":{\"_id\":\"2\"}}\n{}\n";

std::vector<Fate> FatesOf(const Answer& answer) {
  std::vector<Fate> fates;
  for (const Outcome& outcome : answer.outcomes) {
    fates.push_back(outcome.fate);
  }
  return fates;
}

Fate FateOf(std::string_view line, std::string_view request, int status, std::string_view body) {
  return Answered(Understood(line, request), status, body).outcomes.at(0).fate;
}

TEST(Answer, OfADocumentSaysWhereItIsAndWhichNumberItTook) {
  const Answer answer =
      Answered(Understood("PUT /alias/_doc/1", "{}"), 201,
               R"({"_index":"a","_type":"_doc","_id":"1","_version":3,"result":"updated",)"
               R"("_shards":{"total":2,"successful":1,"failed":1},"_seq_no":7,"_primary_term":2})");
  const Outcome& outcome = answer.outcomes.at(0);
  EXPECT_EQ(outcome.fate, Fate::kUpdated);
  EXPECT_EQ(outcome.index, "a");
  EXPECT_EQ(outcome.id, "1");
  EXPECT_EQ(outcome.version, 3);
  EXPECT_EQ(outcome.seq_no, 7);
  EXPECT_EQ(outcome.primary_term, 2);
  EXPECT_EQ(outcome.failed_shards, 1);
  EXPECT_TRUE(outcome.TookSeqNo());
}

TEST(Answer, ANoopShowsAnOldNumber) {
  const Answer answer = Answered(Understood("POST /a/_update/1", "{\"doc\":{}}"), 200,
                                 R"({"_version":4,"result":"noop","_seq_no":27})");
  EXPECT_EQ(FatesOf(answer), std::vector{Fate::kNoop});
  EXPECT_FALSE(answer.outcomes[0].TookSeqNo());
}

TEST(Answer, ADeleteOfNothingTakesANumber) {
  const Answer answer = Answered(Understood("DELETE /a/_doc/1"), 404,
                                 R"({"_version":1,"result":"not_found","_seq_no":30})");
  EXPECT_EQ(FatesOf(answer), std::vector{Fate::kNotFound});
  EXPECT_TRUE(answer.outcomes[0].TookSeqNo());
}

TEST(Answer, ADocumentThatAPipelineDroppedHasNoVersion) {
  const Answer answer = Answered(Understood("PUT /a/_doc/1?pipeline=p", "{}"), 200,
                                 R"({"_id":"1","_version":-3,"result":"noop"})");
  EXPECT_EQ(answer.outcomes[0].version, std::nullopt);
}

TEST(Answer, AnErrorHasItsType) {
  const Answer answer = Answered(Understood("PUT /a/_create/1", "{}"), 409,
                                 R"({"error":{"root_cause":[{"type":"x"}],)"
                                 R"("type":"version_conflict_engine_exception"},"status":409})");
  EXPECT_EQ(FatesOf(answer), std::vector{Fate::kConflict});
  EXPECT_EQ(answer.outcomes[0].error, "version_conflict_engine_exception");
}

TEST(Answer, TheStatusSaysWhatAFilteredBodyDoesNot) {
  EXPECT_EQ(FateOf("PUT /a/_doc/1?filter_path=took", "{}", 201, "{}"), Fate::kCreated);
  EXPECT_EQ(FateOf("DELETE /a/_doc/1", "", 200, ""), Fate::kDeleted);
  EXPECT_EQ(FateOf("HEAD /a/_doc/1", "", 200, ""), Fate::kFound);
  EXPECT_EQ(FateOf("HEAD /a/_doc/1", "", 404, ""), Fate::kNotFound);
}

TEST(Answer, WhatWasNotCarriedOutDiffersFromWhatNobodyKnows) {
  EXPECT_EQ(FateOf("PUT /a/_doc/1", "{}", 429, ""), Fate::kRejected);
  EXPECT_EQ(FateOf("PUT /a/_doc/1", "{}", 503, ""), Fate::kRejected);
  EXPECT_EQ(FateOf("PUT /a/_doc/1", "{}", 504, ""), Fate::kUnknown);
  EXPECT_EQ(FateOf("PUT /a/_doc/1", "{}", 400, ""), Fate::kRefused);
  EXPECT_EQ(FateOf("PUT /a/_doc/1", "{}", 500, ""), Fate::kFailed);
}

TEST(Answer, AnAdministrationThatWasNotAcknowledgedIsOpen) {
  EXPECT_EQ(FateOf("PUT /a", "{}", 200, R"({"acknowledged":false})"), Fate::kUnknown);
  EXPECT_EQ(FateOf("PUT /a", "{}", 200, R"({"acknowledged":true,"index":"a"})"), Fate::kDone);
}

TEST(BulkAnswer, HasAnOutcomeForEachItem) {
  const Answer answer = Answered(
      Understood("POST /a/_bulk", kTwoItems), 200,
      R"({"took":1,"errors":true,"items":[)"
      R"({"index":{"_index":"a","_id":"1","result":"created","_seq_no":3,"status":201}},)"
      R"({"create":{"_id":"2","status":409,"error":{"type":"version_conflict_engine_exception"}}}]})");
  EXPECT_THAT(FatesOf(answer), ElementsAre(Fate::kCreated, Fate::kConflict));
  EXPECT_EQ(answer.outcomes[0].seq_no, 3);
  EXPECT_EQ(answer.outcomes[1].item, 1U);
}

TEST(BulkAnswer, ItemsThatAFilterTookAwayAreUnknown) {
  const Answer answer = Answered(Understood("POST /a/_bulk", kTwoItems), 200,
                                 R"({"errors":true,"items":[{"create":{"error":{"type":"x"}}}]})");
  EXPECT_THAT(FatesOf(answer), ElementsAre(Fate::kUnknown, Fate::kUnknown));
  EXPECT_EQ(answer.trouble, "1 items for 2 operations");
}

TEST(BulkAnswer, WithoutErrorsEveryItemIsDone) {
  const Answer answer =
      Answered(Understood("POST /a/_bulk", kTwoItems), 200, R"({"took":3,"errors":false})");
  EXPECT_THAT(FatesOf(answer), ElementsAre(Fate::kDone, Fate::kDone));
}

TEST(BulkAnswer, OfARequestWithAHoleTellsTheFateOfTheItemsBeforeIt) {
  const Meaning meaning = Understood("POST /a/_bulk", kTwoItems);
  const Answer answer = SearchDialect().ReadAnswer(
      meaning, {.status = 200,
                .headers = {},
                .body = R"({"errors":true,"items":[{"index":{"status":201,"result":"created"}},)"
                        R"({"index":{"status":201,"result":"created"}},{"index":{"status":429}}]})",
                .told = 1});
  EXPECT_THAT(FatesOf(answer), ElementsAre(Fate::kCreated, Fate::kUnknown));
}

TEST(BulkAnswer, ARefusedBulkRefusesEveryItem) {
  const Answer answer = Answered(Understood("POST /a/_bulk", kTwoItems), 400,
                                 R"({"error":{"type":"illegal_argument_exception"},"status":400})");
  EXPECT_THAT(FatesOf(answer), ElementsAre(Fate::kRefused, Fate::kRefused));
  EXPECT_EQ(answer.outcomes[1].error, "illegal_argument_exception");
}

TEST(BulkAnswer, ThatWasCutSaysNothing) {
  const Answer answer = Answered(Understood("POST /a/_bulk", kTwoItems), 200,
                                 R"({"took":1,"errors":false,"items":[{"index":{"_id)");
  EXPECT_THAT(FatesOf(answer), ElementsAre(Fate::kUnknown, Fate::kUnknown));
  EXPECT_NE(answer.trouble, "");
}

TEST(MultiGetAnswer, SaysForEachWhetherItIsThere) {
  const Answer answer =
      Answered(Understood("GET /a/_mget", R"({"ids":["1","2","3"]})"), 200,
               R"({"docs":[{"_id":"1","found":true,"_seq_no":1},{"_id":"2","found":false},)"
               R"({"_id":"3","error":{"type":"index_not_found_exception"}}]})");
  EXPECT_THAT(FatesOf(answer), ElementsAre(Fate::kFound, Fate::kNotFound, Fate::kNotFound));
}

TEST(MultiSearchAnswer, HasAStatusForEach) {
  const Answer answer = Answered(Understood("POST /a/_msearch", "{}\n{}\n{}\n{}\n"), 200,
                                 R"({"responses":[{"took":1,"status":200},)"
                                 R"({"error":{"type":"x"},"status":400}]})");
  EXPECT_THAT(FatesOf(answer), ElementsAre(Fate::kDone, Fate::kRefused));
}

TEST(ByQueryAnswer, CountsWhatItDid) {
  const Answer answer = Answered(Understood("POST /a/_update_by_query", "{}"), 200,
                                 R"({"took":1,"total":40,"updated":38,"version_conflicts":2,)"
                                 R"("noops":0,"failures":[{"id":"1"}]})");
  ASSERT_TRUE(answer.by_query);
  EXPECT_EQ(answer.by_query->total, 40);
  EXPECT_EQ(answer.by_query->updated, 38);
  EXPECT_EQ(answer.by_query->version_conflicts, 2);
  EXPECT_EQ(answer.by_query->created, std::nullopt);
  EXPECT_EQ(answer.by_query->failures, 1);
}

TEST(Answer, NamesWhatLaterRequestsGoOnWith) {
  EXPECT_EQ(Answered(Understood("POST /a/_search?scroll=1m"), 200, R"({"_scroll_id":"s"})").context,
            "s");
  EXPECT_EQ(Answered(Understood("POST /a/_pit?keep_alive=1m"), 200, R"({"id":"p"})").context, "p");
  EXPECT_EQ(Answered(Understood("POST /a/_search/point_in_time"), 200, R"({"pit_id":"p"})").context,
            "p");
  EXPECT_EQ(
      Answered(Understood("POST /_reindex?wait_for_completion=false"), 200, R"({"task":"n:1"})")
          .context,
      "n:1");
}

}  // namespace
}  // namespace trafrec::dialect
