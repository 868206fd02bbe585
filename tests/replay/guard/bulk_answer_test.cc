// What a bulk's answer says of its items.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/replay/guard/sent.h"

namespace trafrec::guard {
namespace {

using dialect::Fate;

constexpr auto kTwoCreates = "{\"create\":{\"_id\":\"1\"}}\n{}\n{\"create\":{\"_id\":\"2\"}}\n{}\n";

TEST(GuardBulkAnswer, EveryItemOfABulkHasAStageOfItsOwn) {
  Sent sent = MakeSent("POST /a/_bulk", "{\"create\":{\"_id\":\"1\"}}\n{}\n{\"index\":{}}\n{}\n",
                       {AtSource(Fate::kCreated), AtSource(Fate::kCreated, "x")});
  sent.Write();
  sent.Answer(200, R"({"took":5,"errors":true,"items":[{"index":{"_id":"1","status":429,)"
                   R"("error":{"type":"es_rejected_execution_exception"}}},)"
                   R"({"index":{"_id":"x","result":"created","_seq_no":1,"_primary_term":1,)"
                   R"("status":201}}]})");
  EXPECT_EQ(sent.item(0).stage, Stage::kRetry);
  EXPECT_EQ(sent.item(1).stage, Stage::kDone);
  EXPECT_EQ(sent.Write().body,
            "{\"index\":{\"_id\":\"1\",\"version\":1,\"version_type\":\"external\"}}\n{}\n");
}

TEST(GuardBulkAnswer, ABulkIsInDoubtWhereTheAnswerDoesNotTellOfEachItem) {
  for (const char* items : {"", R"(,"items":[])", R"(,"items":[{"index":{"status":201}}])"}) {
    Sent sent = MakeSent("POST /a/_bulk", kTwoCreates);
    sent.Write();
    sent.Answer(200, fmt::format(R"({{"took":5,"errors":false{}}})", items));
    EXPECT_EQ(sent.item(0).stage, Stage::kInDoubt) << items;
    EXPECT_EQ(sent.item(1).stage, Stage::kInDoubt) << items;
  }
}

TEST(GuardBulkAnswer, ABulkWhoseClientWantsNoItemsIsDoneWhereNothingFailed) {
  Sent sent = MakeSent("POST /a/_bulk?filter_path=errors,items.*.error", kTwoCreates);
  sent.Write();
  sent.Answer(200, R"({"errors":false})");
  EXPECT_EQ(sent.item(0).stage, Stage::kDone);
}

TEST(GuardBulkAnswer, TheAnswersOfABulksPartsMakeOne) {
  Sent sent = MakeSent("POST /a/_bulk", "{\"create\":{\"_id\":\"1\"}}\n{}\n{\"index\":{}}\n{}\n",
                       {AtSource(Fate::kCreated), AtSource(Fate::kCreated, "x")});
  sent.Write();
  sent.Answer(200, R"({"took":5,"errors":true,"items":[{"index":{"_id":"1","status":429,)"
                   R"("error":{"type":"r"}}},{"index":{"_id":"x","status":201}}]})");
  sent.Write();
  const std::string last =
      R"({"took":3, "errors":false, "items":[{"index":{"_id":"1", "status":201}}], "x":1})";
  sent.Answer(200, last);
  const message::Answer whole =
      SearchGuard().Assemble(*sent.meaning, sent.parcel.items, Sent::Made(200, last, {}));
  EXPECT_EQ(whole.body, R"({"took":8, "errors":false, "items":[{"create":{"_id":"1", )"
                        R"("status":201}},{"index":{"_id":"x","status":201}}], "x":1})");
}

TEST(GuardBulkAnswer, OfABulkOnlyItemsThatTheRunMayNotDoAreDead) {
  Sent sent = MakeSent("POST /_bulk",
                       "{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{}\n"
                       "{\"index\":{\"_index\":\"b\",\"_id\":\"1\"}}\n{}\n",
                       {AtSource(Fate::kCreated), AtSource(Fate::kCreated)});
  sent.Write();
  sent.Answer(200, R"({"took":5,"errors":true,"items":[{"index":{"_id":"1","status":403,)"
                   R"("error":{"type":"security_exception"}}},)"
                   R"({"index":{"_id":"1","result":"created","_seq_no":1,"_primary_term":1,)"
                   R"("status":201}}]})");
  EXPECT_EQ(sent.item(0).stage, Stage::kDead);
  EXPECT_EQ(sent.item(1).stage, Stage::kDone);
}

}  // namespace
}  // namespace trafrec::guard
