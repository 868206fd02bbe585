#include <gmock/gmock.h>

#include "tests/replay/guard/sent.h"

// What answers, their absence and readings mean.

namespace trafrec::guard {
namespace {

using dialect::Fate;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

constexpr std::string_view kConflict =
    R"({"error":{"type":"version_conflict_engine_exception","reason":"[1]: version conflict, current version [4] is higher or equal to the one provided [1]"},"status":409})";

/// The document as one mget's answer has it.
std::string Docs(int64_t seq_no, std::string_view source = "") {
  return R"({"docs":[{"_index":"a","_id":"1","_version":2,"_seq_no":)" + std::to_string(seq_no) +
         R"(,"_primary_term":1,"found":true)" +
         (source.empty() ? "" : ",\"_source\":" + std::string(source)) + "}]}";
}
constexpr std::string_view kNoDocs = R"({"docs":[{"_index":"a","_id":"1","found":false}]})";

Sent Create(std::string_view body = "{\"n\":1}") {
  Sent sent = MakeSent("PUT /a/_doc/1", body, {AtSource(Fate::kCreated)});
  sent.Write();
  return sent;
}

TEST(GuardAnswer, ItsNumbersAreTheNextWritesCondition) {
  Sent sent = Update();
  sent.Answer(200, R"({"_id":"1","_version":3,"result":"updated","_seq_no":9,"_primary_term":2})");
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kUpdated);
  EXPECT_THAT(sent.item().known, Optional(Eq(There(9, 2))));
}

TEST(GuardAnswer, ADeletionLeavesItsVersion) {
  Sent sent = MakeSent("DELETE /a/_doc/1", "", {AtSource(Fate::kDeleted)});
  sent.item().known = There(7);
  sent.Write();
  sent.Answer(200, R"({"_id":"1","_version":5,"result":"deleted","_seq_no":9,"_primary_term":1})");
  EXPECT_THAT(sent.item().known, Optional(Eq(DocumentState{.exists = false, .version = 5})));
}

TEST(GuardAnswer, ANoopOfWhichNoNumberIsToldKeepsTheKnownOne) {
  Sent sent = Update();
  sent.Answer(200, R"({"_id":"1","_version":6,"result":"noop"})");
  EXPECT_THAT(sent.item().known, Optional(Eq(There(7))));
}

TEST(GuardAnswer, WithoutOneTheDocumentIsRead) {
  Sent sent = Update();
  sent.NoAnswer();
  EXPECT_EQ(sent.item().stage, Stage::kInDoubt);
  EXPECT_TRUE(SearchGuard().ReadRequest(sent.parcel));
}

TEST(GuardAnswer, AnUnchangedDocumentTakesTheSameConditionAgain) {
  Sent sent = Update();
  sent.NoAnswer();
  sent.Read(200, Docs(7));
  EXPECT_EQ(sent.item().stage, Stage::kFresh);
  EXPECT_EQ(sent.Write().target, "/a/_update/1?if_seq_no=7&if_primary_term=1");
}

TEST(GuardAnswer, AChangedDocumentWasChangedByTheCopy) {
  Sent sent = Update();
  sent.NoAnswer();
  sent.Read(200, Docs(8));
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kUpdated);
  EXPECT_THAT(sent.item().why, HasSubstr("reading"));
  EXPECT_THAT(sent.item().known, Optional(Eq(There(8))));
}

TEST(GuardAnswer, ADocumentThatIsNotThisRequestsShowsThatItsKnowledgeWasStale) {
  Sent sent = MakeSent("PUT /a/_doc/1", "{\"n\":1}", {AtSource(Fate::kUpdated)});
  sent.item().known = There(7);
  sent.Write();
  sent.NoAnswer();
  sent.Read(200, Docs(8, "{\"n\":2}"));
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?if_seq_no=8&if_primary_term=1");
  sent.NoAnswer();
  sent.Read(200, Docs(9, "{\"n\":1}"));
  EXPECT_EQ(sent.item().stage, Stage::kDone);
}

TEST(GuardAnswer, AConflictAfterADoubtIsReadAgain) {
  Sent sent = Update();
  sent.NoAnswer();
  sent.Read(200, Docs(7));
  sent.Write();
  sent.Answer(409, kConflict);
  EXPECT_EQ(sent.item().stage, Stage::kInDoubt);
  sent.Read(200, Docs(8));
  EXPECT_EQ(sent.item().stage, Stage::kDone);
}

TEST(GuardAnswer, AConflictOfAFirstCopyMeansThatItsKnowledgeWasStale) {
  Sent sent = Update();
  sent.Answer(409, kConflict);
  EXPECT_EQ(sent.item().stage, Stage::kFresh);
  ASSERT_TRUE(SearchGuard().ReadRequest(sent.parcel));
  sent.Read(200, Docs(8));
  EXPECT_EQ(sent.Write().target, "/a/_update/1?if_seq_no=8&if_primary_term=1");
}

TEST(GuardAnswer, AnUpdateThatTheSourceMadeIsMadeThoughItsDocumentWasThoughtMissing) {
  Sent sent = MakeSent("POST /a/_update/1", "{\"doc\":{}}", {AtSource(Fate::kUpdated)});
  sent.item().known = DocumentState{};
  sent.Write();
  sent.Answer(409, kConflict);
  ASSERT_TRUE(SearchGuard().ReadRequest(sent.parcel));
  sent.Read(200, Docs(8));
  EXPECT_EQ(sent.Write().target, "/a/_update/1?if_seq_no=8&if_primary_term=1");
}

TEST(GuardAnswer, AnUpdateWhoseDocumentWasThoughtToBeThereIsMadeOnWhatIs) {
  Sent sent = MakeSent("POST /a/_update/1", R"({"script":"s","upsert":{"n":1}})",
                       {AtSource(Fate::kCreated)});
  sent.item().known = There(7);
  sent.Write();
  sent.Answer(404, R"({"error":{"type":"document_missing_exception"},"status":404})");
  ASSERT_TRUE(sent.item().open());
  ASSERT_TRUE(SearchGuard().ReadRequest(sent.parcel));
  sent.Read(200, kNoDocs);
  EXPECT_EQ(sent.Write().body, R"({"n":1})");
}

TEST(GuardAnswer, AnUpdateIsRefusedWhereNoDocumentIs) {
  Sent sent = Update();
  sent.Answer(404, R"({"error":{"type":"document_missing_exception"},"status":404})");
  sent.Read(200, kNoDocs);
  sent.Write();
  sent.Answer(404, R"({"error":{"type":"document_missing_exception"},"status":404})");
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kNotFound);
}

TEST(GuardAnswer, WhetherARefusedOnesDocumentIsThereIsChance) {
  Sent sent = MakeSent("POST /a/_update/1", "{\"doc\":{}}", {AtSource(Fate::kNotFound)});
  sent.Write();
  sent.Answer(409, kConflict);
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kNotFound);
}

TEST(GuardAnswer, OfAListOfGetsEachIsReadAtItsPlace) {
  Sent sent = MakeSent("POST /a/_mget", R"({"ids":["1","2"]})");
  sent.item(0).stage = Stage::kDone;
  sent.Write();
  sent.Answer(200, R"({"docs":[{"_id":"1","found":true},{"_id":"2","found":false}]})");
  EXPECT_EQ(sent.item(1).stage, Stage::kDone);
  EXPECT_EQ(sent.item(1).result.fate, Fate::kNotFound);
}

TEST(GuardAnswer, KnowledgeIsNotStaleForEver) {
  Sent sent = Update();
  for (int i = 0; i < 20 && sent.item().open(); ++i) {
    sent.Answer(409, kConflict);
    sent.Read(200, Docs(8 + i));
    sent.Write();
  }
  EXPECT_EQ(sent.item().stage, Stage::kDead);
}

TEST(GuardAnswer, AConflictShowsWhatADeletionLeft) {
  Sent sent = Create();
  sent.Answer(409, kConflict);
  sent.Read(200, kNoDocs);
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?version=5&version_type=external");
}

TEST(GuardAnswer, ACreateThatTheSourceMadeIsMadeThoughItsDocumentWasThoughtToBeThere) {
  Sent sent = MakeSent("PUT /a/_create/1", "{}", {AtSource(Fate::kCreated)});
  sent.item().known = There(7);
  sent.Write();
  sent.Answer(409, kConflict);
  ASSERT_TRUE(SearchGuard().ReadRequest(sent.parcel));
  sent.Read(200, kNoDocs);
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?version=5&version_type=external");
}

TEST(GuardAnswer, ACreateOfWhatIsThereEndsAsAConflict) {
  Sent sent = MakeSent("PUT /a/_create/1", "{}", {AtSource(Fate::kCreated)});
  sent.Write();
  sent.Answer(409, kConflict);
  sent.Read(200, Docs(8));
  sent.Write();
  sent.Answer(409, kConflict);
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kConflict);
}

TEST(GuardAnswer, AConflictThatTheSourceHadIsDone) {
  Sent sent = MakeSent("PUT /a/_create/1", "{}", {AtSource(Fate::kConflict)});
  sent.Write();
  sent.Answer(409, kConflict);
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kConflict);
}

TEST(GuardAnswer, ACreatedDocumentIsOursIfItEqualsTheRequests) {
  Sent sent = Create(R"({"n":1.0,"s":"a/b"})");
  sent.NoAnswer();
  EXPECT_THAT(SearchGuard().ReadRequest(sent.parcel)->body, Not(HasSubstr("\"_source\":false")));
  sent.Read(200, Docs(8, R"({ "s":"a\/b", "n":1.0 })"));
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kCreated);
}

TEST(GuardAnswer, ACreatedDocumentOfOtherNumbersIsDead) {
  Sent sent = Create(R"({"n":1.0})");
  sent.NoAnswer();
  sent.Read(200, Docs(8, R"({"n":1})"));
  EXPECT_EQ(sent.item().stage, Stage::kDead);
}

TEST(GuardAnswer, ACreateThatDidNotHappenGoesAgain) {
  Sent sent = Create();
  sent.NoAnswer();
  sent.Read(200, kNoDocs);
  EXPECT_EQ(sent.Write().target, "/a/_doc/1?version=1&version_type=external");
}

TEST(GuardAnswer, AScriptedUpsertIsDoneIfItsDocumentIsThereElseDead) {
  for (const bool there : {true, false}) {
    Sent sent =
        MakeSent("POST /a/_update/1", R"({"scripted_upsert":true,"script":"s","upsert":{}})",
                 {AtSource(Fate::kCreated)});
    EXPECT_EQ(sent.Write(), *sent.request);
    sent.NoAnswer();
    sent.Read(200, there ? Docs(1) : kNoDocs);
    EXPECT_EQ(sent.item().stage, there ? Stage::kDone : Stage::kDead);
  }
}

TEST(GuardAnswer, AnExternalVersionThatIsThereWasWritten) {
  Sent sent =
      MakeSent("PUT /a/_doc/1?version=2&version_type=external", "{}", {AtSource(Fate::kUpdated)});
  sent.Write();
  sent.NoAnswer();
  sent.Read(200, Docs(1));
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_TRUE(sent.item().as_at_source);
}

TEST(GuardAnswer, AReadingThatFailsLeavesTheDoubt) {
  Sent sent = Update();
  sent.NoAnswer();
  sent.Read(503, "");
  EXPECT_EQ(sent.item().stage, Stage::kInDoubt);
  sent.Read(200, R"({"docs":[]})");
  EXPECT_EQ(sent.item().stage, Stage::kInDoubt);
}

TEST(GuardAnswer, AReadingThatIsForbiddenIsDead) {
  Sent sent = Update();
  sent.NoAnswer();
  sent.Read(403, "");
  EXPECT_EQ(sent.item().stage, Stage::kDead);
}

TEST(GuardAnswer, WhatWasSeenByReadingHasAnAnswer) {
  Sent sent = Update();
  sent.NoAnswer();
  sent.Read(200, Docs(8));
  const message::Answer answer =
      SearchGuard().Assemble(*sent.meaning, sent.parcel.items, message::Answer());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"_index":"a","_id":"1","_version":2,"result":"updated",)"
                         R"("_seq_no":8,"_primary_term":1})");
}

TEST(GuardAnswer, ARefusalIsDoneEvenIfTheSourceHadNone) {
  Sent sent = Update();
  sent.Answer(400, R"({"error":{"type":"mapper_parsing_exception"},"status":400})");
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kRefused);
}

constexpr std::string_view kSecurity = R"({"error":{"type":"security_exception"},"status":403})";

TEST(GuardAnswer, ADeleteOfAMissingIndexTouchesNothingWhereTheTargetHasTheIndex) {
  dialect::Outcome source = AtSource(Fate::kNotFound);
  source.error = "index_not_found_exception";
  Sent sent = MakeSent("DELETE /a/_doc/1", "", {source});
  sent.Write();
  sent.Answer(409, R"({"error":{"type":"version_conflict_engine_exception"},"status":409})");
  EXPECT_EQ(sent.item().stage, Stage::kDone);
  EXPECT_EQ(sent.item().result.fate, Fate::kNotFound);
}

TEST(GuardAnswer, ATaskThatTheSourceHadEndedIsAskedForUntilItHasEnded) {
  Sent sent = MakeSent("GET /_tasks/n:1", {}, {AtSource(Fate::kDone)});
  for (int i = 0; i < 100; ++i) {
    sent.Write();
    sent.Answer(200, R"({"completed":false,"task":{"node":"n","id":1}})");
    ASSERT_EQ(sent.item().stage, Stage::kRetry);
  }
  EXPECT_EQ(sent.item().tries, 0U);
  sent.Write();
  sent.Answer(200, R"({"completed":true,"task":{"node":"n","id":1},"response":{}})");
  EXPECT_EQ(sent.item().stage, Stage::kDone);
}

TEST(GuardAnswer, ATaskThatRanAtTheSourceTooMayRun) {
  dialect::Outcome running = AtSource(Fate::kDone);
  running.running = true;
  Sent sent = MakeSent("GET /_tasks/n:1", {}, {running});
  sent.Write();
  sent.Answer(200, R"({"completed":false,"task":{"node":"n","id":1}})");
  EXPECT_EQ(sent.item().stage, Stage::kDone);
}

TEST(GuardAnswer, WhatTheRunMayNotDoIsDead) {
  Sent sent = Update();
  sent.Answer(403, kSecurity);
  EXPECT_EQ(sent.item().stage, Stage::kDead);
  EXPECT_THAT(sent.item().why, HasSubstr("403 security_exception"));
}

TEST(GuardAnswer, WhatTheSourceRefusedTooIsDoneThoughTheRunMayNotDoIt) {
  Sent sent = MakeSent("PUT /a/_doc/1", "{\"n\":1}", {AtSource(Fate::kRefused)});
  sent.Write();
  sent.Answer(403, kSecurity);
  EXPECT_EQ(sent.item().stage, Stage::kDone);
}

TEST(GuardAnswer, ATargetThatFailsAgainAndAgainIsDead) {
  Sent sent = Update();
  for (int i = 0; i < 3; ++i) {
    sent.Answer(500, "{}");
    sent.Read(200, Docs(7));
    sent.Write();
  }
  EXPECT_EQ(sent.item().stage, Stage::kDead);
  EXPECT_THAT(sent.item().why, HasSubstr("500"));
}

}  // namespace
}  // namespace trafrec::guard
