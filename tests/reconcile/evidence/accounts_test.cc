#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/reconcile/evidence/journaled_log.h"

// Whose the versions of a journal are that no answer names.

namespace trafrec::reconcile {
namespace {

using namespace test_support;
using dialect::Kind;
using store::Verdict;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr TimeNs kMs = kNsPerMs;

/// One in whose time something may have been lost, and a journal that goes on so.
JournaledLog LossyLog(const TemporaryFolder& folder, const std::string& journal) {
  WriteJournal(folder, kLast, Put("first", 0, "{}") + journal);
  JournaledLog log;
  log.Lost();
  return log;
}

TEST(Accounts, AVersionWithATextOfItsOwnIsNotLookedForInWhatWasLost) {
  const TemporaryFolder folder;
  JournaledLog log = LossyLog(folder, Put("a", 1, R"({"t":"text"})"));
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kCommitted));
}

TEST(Accounts, WhatNeverArrivedLeavesAVersionWithItsTextToItsLostRetry) {
  const TemporaryFolder folder;
  JournaledLog log = LossyLog(folder, Put("a", 1, R"({"t":"text"})"));
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  log.history.requests.back().wire = WireProof::kUnreceived;
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kNotCommitted));
}

TEST(Accounts, WhatChangedNothingLeavesAVersionWithItsTextToItsLostRetry) {
  const TemporaryFolder folder;
  JournaledLog log = LossyLog(folder, Put("a", 1, R"({"t":"text"})"));
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})").answer_length = LengthSays::kChangedNothing;
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kNotCommitted));
}

TEST(Accounts, ThatALostRequestDidNotDeleteADocumentIsOnlyPresumed) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast, Put("first", 0, "{}") + Delete("first", 1, 2) + Put("last", 2, "{}"));
  JournaledLog log;
  log.Answered("last", 2);
  log.Lost();
  log.history.lost.back().in_flow = true;
  log.Asked(Kind::kDelete, "first", "");
  OpenRequest& request = log.history.requests.back();
  request.runs.from = 150 * kMs;  // it was there
  request.soon = request.at_once = request.runs.until;
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kUnknown));
  const Finding& deletion = log.judgement.findings.front();
  EXPECT_EQ(deletion.verdict, Verdict::kCommitted);
  EXPECT_THAT(deletion.evidence, Contains(Field(&Evidence::words, HasSubstr("apart: "))));
}

TEST(Accounts, OfMoreEqualVersionsThanQuestionsNothingIsSaid) {
  const TemporaryFolder folder;
  JournaledLog log = LossyLog(folder, Put("a", 1, R"({"t":"text"})") + Delete("a", 2, 2) +
                                          Put("a", 3, R"({"t":"text"})", 3));
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kUnknown));
}

TEST(Accounts, AVersionThatAnAnswerOfAnotherConnectionNamesIsNotAQuestions) {
  const TemporaryFolder folder;
  JournaledLog log = LossyLog(folder, Put("a", 1, R"({"t":"text"})"));
  log.Asked(Kind::kCreate, "a", R"({"t":"text"})");
  log.history.requests.back().connection.client.port = 1;
  log.history.loose.push_back({.document = {"orders", "a"},
                               .ran = {60 * kMs, 70 * kMs},
                               .fate = dialect::Fate::kCreated,
                               .version = 1,
                               .seq_no = 1,
                               .primary_term = 1,
                               .connection = {.client = {.address = {}, .port = 2}}});
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kNotCommitted));
}

TEST(Accounts, OfTwoEqualWritesOneAfterTheOtherEitherMayBeTheQuestions) {
  const TemporaryFolder folder;
  JournaledLog log =
      LossyLog(folder, Put("a", 1, R"({"t":"text"})") + Put("a", 2, R"({"t":"text"})", 2));
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  log.Verdicts(folder);
  EXPECT_THAT(log.judgement.missing, IsEmpty());
}

TEST(Accounts, ThatARequestTookItsTimeDoesNotMakeTheCopyEarly) {
  constexpr TimeNs kLater = std::numeric_limits<TimeNs>::max() / 2;
  const TemporaryFolder folder;
  WriteJournal(folder, kLast,
               Put("first", 0, "{}") + Put("slow", 1, R"({"t":"text"})") + Put("second", 2, "{}"));
  JournaledLog log;
  log.Answered("second", 2);
  log.Asked(Kind::kIndex, "slow", R"({"t":"text"})");
  OpenRequest& slow = log.history.requests.back();
  slow.whole = slow.acknowledged = slow.watched = true;
  slow.soon = slow.at_once = slow.runs.from + kMs;  // number 1 was taken after number 0
  log.Asked(Kind::kIndex, "never", R"({"t":"other"})");
  log.history.requests.back().runs.until = kLater;
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kCommitted, Verdict::kUnknown));
  const Finding& never = log.judgement.findings.back();
  EXPECT_EQ(never.verdict, Verdict::kNotCommitted);
  EXPECT_THAT(never.evidence, Contains(Field(&Evidence::words, HasSubstr("late: "))));
  EXPECT_THAT(never.evidence, Not(Contains(Field(&Evidence::words, HasSubstr("carried out: ")))));
}

TEST(Accounts, WhereACopyLacksWhatWasReceivedAndNotThatAloneTookItsTimeItMayBeEarly) {
  constexpr TimeNs kLater = std::numeric_limits<TimeNs>::max() / 2;
  const TemporaryFolder folder;
  WriteJournal(folder, kLast,
               Put("first", 0, "{}") + Put("slow", 1, R"({"t":"text"})") + Put("second", 2, "{}"));
  JournaledLog log;
  log.Answered("second", 2);
  for (const char* id : {"slow", "received"}) {
    log.Asked(Kind::kIndex, id, R"({"t":"text"})");
    OpenRequest& request = log.history.requests.back();
    request.whole = request.acknowledged = request.watched = true;
    request.soon = request.at_once = request.runs.from + kMs;  // number 1 was taken after number 0
  }
  log.history.requests.back().runs.until = kLater;
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kCommitted, Verdict::kUnknown));
  EXPECT_EQ(log.judgement.findings.back().verdict, Verdict::kUnknown);
}

}  // namespace
}  // namespace trafrec::reconcile
