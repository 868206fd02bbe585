#include "reconcile/evidence/from_translog.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "reconcile/verdict/judge.h"
#include "tests/reconcile/evidence/journaled_log.h"
#include "tests/reconcile/translog/lucene_samples.h"
#include "tests/reconcile/translog/translog_samples.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::reconcile {
namespace {

using namespace test_support;
using dialect::Kind;
using store::Verdict;
using testing::ElementsAre;

constexpr TimeNs kMs = kNsPerMs;

TEST(FromTranslog, AWholeJournalDecidesEachQuestionOfItsShard) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast,
               Put("first", 0, R"({"t":"load"})") + Put("a", 1, R"({"t":"text"})") +
                   Delete("first", 2, 2) + Put("last", 3, "{}"));
  JournaledLog log;
  log.Answered("last", 3);
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  log.Asked(Kind::kIndex, "a", R"({"t":"other"})");
  log.Asked(Kind::kDelete, "first", "");
  log.Asked(Kind::kDelete, "a", "");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kCommitted, Verdict::kNotCommitted,
                                                Verdict::kCommitted, Verdict::kNotCommitted));
}

TEST(FromTranslog, AVersionWithATextOfItsScriptIsAByQueryRequestsOwn) {
  const TemporaryFolder folder;
  WriteJournal(
      folder, kLast,
      Put("first", 0, R"({"t":"load"})") + Put("first", 1, R"({"t":"load","w":"mine"})", 2));
  JournaledLog log;
  log.Lost();
  for (const char* text : {"mine", "other"}) {
    log.AskedByQuery(fmt::format(
        R"({{"script":{{"source":"ctx._source.w = params.w","params":{{"w":"{}"}}}}}})", text));
  }
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kCommitted, Verdict::kNotCommitted));
}

TEST(FromTranslog, ALaterTermTakesBackWhatAReaderSawUnderItsNumbers) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast, Put("first", 0, "{}") + Put("b", 1, R"({"t":"text"})", 1, 2));
  JournaledLog log;
  log.history.sights.push_back({.document = {"orders", "a"},
                                .at = {200 * kMs, 201 * kMs},
                                .present = true,
                                .current = true,
                                .version = 1,
                                .seq_no = 1,
                                .primary_term = 1});
  log.Asked(Kind::kIndex, "a", R"({"t":"lost"})");
  log.Asked(Kind::kIndex, "b", R"({"t":"text"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kNotCommitted, Verdict::kCommitted));
}

TEST(FromTranslog, OfTwoCopiesTheLaterTermHolds) {
  const TemporaryFolder folder;
  WriteJournal(folder, kFirst, Put("first", 0, "{}") + Put("a", 1, R"({"t":"text"})"));
  WriteJournal(folder, kLast, Put("first", 0, "{}") + Put("b", 1, R"({"t":"text"})", 1, 2));
  JournaledLog log;
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  log.Asked(Kind::kIndex, "b", R"({"t":"text"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kNotCommitted, Verdict::kCommitted));
}

TEST(FromTranslog, WhatNoCheckpointCoversIsNotKnown) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast, Put("first", 0, "{}"), Put("a", 1, R"({"t":"text"})"));
  JournaledLog log;
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  log.Asked(Kind::kIndex, "b", R"({"t":"text"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kUnknown, Verdict::kUnknown));
}

TEST(FromTranslog, AJournalWithoutItsEndLeavesOpenWhatMayStandThere) {
  const TemporaryFolder folder;
  const std::string whole =
      TranslogHeader() + Put("first", 0, "{}") + Put("a", 1, R"({"t":"text"})");
  std::filesystem::create_directories(folder / kLast);
  folder.Write(kLast + "translog-2.tlog", whole.substr(0, whole.size() - 3));
  folder.Write(kLast + "translog.ckp", CheckpointFile(kProduct, {.offset = whole.size()}));
  JournaledLog log;
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kUnknown));
}

TEST(FromTranslog, BehindAMissingNumberNobodyKnowsWhatADocumentWasBefore) {
  const TemporaryFolder folder;
  WriteJournal(
      folder, kLast,
      Put("first", 0, R"({"t":"load"})") + Put("first", 2, R"({"t":"load","u":"text"})", 3));
  JournaledLog log;
  log.Lost();
  Question& update = log.Asked(Kind::kUpdate, "first", R"({"doc":{"u":"text"}})");
  update.change = UpdatingChange(BodyTree(R"({"doc":{"u":"text"}})").get());
  update.makes = false;
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kUnknown));
  EXPECT_TRUE(std::ranges::none_of(log.history.sights,
                                   [](const Sight& sight) { return sight.effect.has_value(); }));
}

TEST(FromTranslog, ACopyThatLacksTheFilesOfAShardIsNamedAndTheOthersAreRead) {
  const TemporaryFolder folder;
  WriteJournal(folder, kFirst, Put("first", 0, "{}") + Put("a", 1, R"({"t":"text"})"));
  WriteJournal(folder, kLast, "");
  std::filesystem::remove(folder / (kLast + "translog-2.tlog"));
  JournaledLog log;
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  const auto added = AddTranslogs(folder.path(), log.history);
  ASSERT_TRUE(added) << added.error().what;
  EXPECT_THAT(added->notes, ElementsAre(testing::Field(
                                &Note::words, testing::HasSubstr("last/indices/uuid/0/translog"))));
  EXPECT_EQ(Judge(log.history).findings.front().verdict, Verdict::kCommitted);
}

/// A request for the index of IndexStateOf7, which runs for 3 s from then on.
History AskedForIndex(TimeNs from, bool makes) {
  History history;
  history.requests.push_back({.runs = {from, from + 3'000 * kMs}, .questions = {0}});
  history.questions.push_back({.kind = Kind::kAdmin});
  history.index_lives.changes.push_back({"a", makes, !makes, {from, from}, 0});
  history.events.push_back({.name = "a", .ran = {from, from}});
  history.until = from + 10'000 * kMs;
  return history;
}

TEST(FromTranslog, TheStateBesideAJournalSaysWhenItsIndexWasMade) {
  const TemporaryFolder folder;
  const std::string index = "last/indices/Lm6Qet_FTHykT2xQTXzivw/";
  WriteJournal(folder, index + "0/translog/", "");
  std::filesystem::create_directories(folder / (index + "_state"));
  folder.Write(index + "_state/state-1.st", IndexStateOf7());
  constexpr TimeNs kMade = 1'795'794'169'733 * kMs;
  for (const char* name : {"translog-2.tlog", "translog.ckp"}) {
    const std::chrono::sys_time<std::chrono::nanoseconds> copied(
        std::chrono::nanoseconds(kMade + 3'600'000 * kMs));
    std::filesystem::last_write_time(folder / (index + "0/translog/" + name),
                                     std::chrono::file_clock::from_sys(copied));
  }
  const auto verdict_of = [&](History history) {
    EXPECT_TRUE(AddTranslogs(folder.path(), history));
    return Judge(history).findings.front().verdict;
  };
  EXPECT_EQ(verdict_of(AskedForIndex(kMade, true)), Verdict::kCommitted);
  EXPECT_EQ(verdict_of(AskedForIndex(kMade + 60'000 * kMs, true)), Verdict::kNotCommitted);
  // Still there, but for all that is known another one.
  EXPECT_EQ(verdict_of(AskedForIndex(kMade - 60'000 * kMs, false)), Verdict::kUnknown);
  EXPECT_EQ(verdict_of(AskedForIndex(kMade + 60'000 * kMs, false)), Verdict::kNotCommitted);
}

TEST(FromTranslog, AnIndexThatAnswersContradictIsNotRead) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast, Put("other", 0, "{}") + Put("a", 1, R"({"t":"text"})"));
  JournaledLog log;
  const auto added = AddTranslogs(folder.path(), log.history);
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().what, testing::HasSubstr("is of an index of this log"));
}

/// Beside the journals of a copy: the state of a cluster.
void WriteState(const TemporaryFolder& folder) {
  std::filesystem::create_directories(folder / "last/_state");
  folder.Write("last/_state/segments_9", CommitOf7());
  folder.Write("last/_state/_6.cfe", CompoundEntriesOf7());
  folder.Write("last/_state/_6.cfs", CompoundOf7());
}

TEST(FromTranslog, TheStateBesideAJournalThatAnswersContradictSaysNothing) {
  const TemporaryFolder folder;
  WriteState(folder);
  WriteJournal(folder, kLast, Put("first", 0, "{}"));
  WriteJournal(folder, "last/indices/second/0/translog/", Put("event", 0, "{}"));
  const auto shows_templates = [&](const std::string& answered) {
    JournaledLog log;
    log.history.settings.push_back({.name = "events", .uuid = "second", .shards = 1});
    log.Answered(answered, 0);
    log.history.writes.back().document.index = "events";
    EXPECT_TRUE(AddTranslogs(folder.path(), log.history));
    return log.history.metadata.After({MetadataKind::kTemplate, "", "template-t9-177"}, 0)
        .has_value();
  };
  EXPECT_TRUE(shows_templates("event"));
  EXPECT_FALSE(shows_templates("another"));
}

TEST(FromTranslog, ACopyOfAnotherClusterIsRefused) {
  const TemporaryFolder folder;
  WriteState(folder);
  WriteJournal(folder, kLast, Put("first", 0, "{}"));
  JournaledLog log;
  log.history.cluster_uuid = "of-the-log";
  const auto added = AddTranslogs(folder.path(), log.history);
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().what, testing::HasSubstr("is of another cluster"));
}

TEST(FromTranslog, WhatWasLostIsInsertedAsTheJournalHasIt) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast,
               Put("first", 0, "{}") + Put("a", 1, R"({"t":"text"})") + Delete("a", 2, 2));
  JournaledLog log;
  log.Lost();
  log.Asked(Kind::kIndex, "b", R"({"t":"other"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kNotCommitted));
  ASSERT_EQ(log.judgement.missing.size(), 2U);
  const Sight& put = log.history.sights[*log.judgement.missing[0].sight];
  EXPECT_EQ(put.text, R"({"t":"text"})");
  EXPECT_FALSE(log.history.sights[*log.judgement.missing[1].sight].present);
}

}  // namespace
}  // namespace trafrec::reconcile
