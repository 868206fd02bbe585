#include "reconcile/evidence/from_translog.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>

#include "reconcile/verdict/judge.h"
#include "tests/reconcile/translog/lucene_samples.h"
#include "tests/reconcile/translog/translog_samples.h"
#include "tests/support/temporary_folder.h"

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
constexpr Product kProduct = Product::kElasticsearch7;
const std::string kFirst = "first/indices/uuid/0/translog/";
const std::string kLast = "last/indices/uuid/0/translog/";

std::string Put(const std::string& id, int64_t seq_no, const std::string& source,
                int64_t version = 1, int64_t term = 1) {
  return Framed(IndexBody(
      kProduct,
      {.id = id, .seq_no = seq_no, .source = source, .version = version, .primary_term = term}));
}

std::string Delete(const std::string& id, int64_t seq_no, int64_t version) {
  return Framed(DeleteBody(kProduct, id, seq_no, version));
}

/// A copy of the journal of the only shard; `unsynced` no checkpoint covers.
void WriteJournal(const TemporaryFolder& folder, const std::string& where,
                  const std::string& operations, const std::string& unsynced = "") {
  std::filesystem::create_directories(folder / where);
  const std::string synced = TranslogHeader() + operations;
  folder.Write(where + "translog-2.tlog", synced + unsynced);
  folder.Write(where + "translog.ckp", CheckpointFile(kProduct, {.offset = synced.size()}));
}

/// A log of an index of one shard, made in it, that has one document, put under number 0.
struct Log {
  History history;

  Log() {
    history.product = VersionId::Elasticsearch(7, 10, 2);
    history.events.push_back({.name = "orders", .ran = {0, 0}, .answered = true});
    history.settings.push_back({.name = "orders", .uuid = "uuid", .shards = 1});
    Answered("first", 0);
    history.until = 10'000 * kMs;
  }

  void Answered(const std::string& id, int64_t seq_no, int64_t term = 1) {
    history.writes.push_back({.document = {"orders", id},
                              .ran = {100 * kMs * (seq_no + 1), 100 * kMs * (seq_no + 1) + kMs},
                              .fate = dialect::Fate::kCreated,
                              .version = 1,
                              .seq_no = seq_no,
                              .primary_term = term});
  }

  /// Nobody saw its answer.
  Question& Asked(Kind kind, const std::string& id, const std::string& body) {
    const size_t number = history.questions.size();
    history.requests.push_back(
        {.id = {"r", 1, number}, .runs = {50 * kMs, 5'000 * kMs}, .questions = {number}});
    history.questions.push_back({.at = {{"r", 1, number}, {}},
                                 .request = number,
                                 .document = {"orders", id},
                                 .kind = kind,
                                 .unconditional = true,
                                 .deletes = kind == Kind::kDelete,
                                 .makes = kind != Kind::kDelete,
                                 .fit = Fit::kTaken,
                                 .place_taken = true});
    Question& question = history.questions.back();
    question.change = kind == Kind::kDelete ? Change{.how = Change::How::kDeletes}
                                            : ReplacingChange(BodyTree(body).get());
    question.writer = Writer::OfBody(body);
    return question;
  }

  /// It finds all documents.
  void AskedByQuery(const std::string& body) {
    Asked(Kind::kByQuery, "", body).document.index.clear();
    history.by_query.push_back({.id = history.requests.back().id,
                                .indices = {"orders"},
                                .ran = history.requests.back().runs,
                                .request = history.requests.size() - 1,
                                .selection = Selection::OfBody("{}", nullptr),
                                .change = {.how = Change::How::kScripts, .script = body},
                                .writer = Writer::OfBody(body).ForEach(),
                                .changes_all = true});
  }

  /// Something may have been lost all the time.
  void Lost() { history.lost.push_back({.ran = {0, 9'000 * kMs}}); }

  std::vector<Verdict> Verdicts(const TemporaryFolder& folder) {
    const auto added = AddTranslogs(folder.path(), history);
    EXPECT_TRUE(added) << added.error().what;
    std::vector<Verdict> verdicts;
    judgement = Judge(history);
    for (const Finding& finding : judgement.findings) {
      verdicts.push_back(finding.grade == store::Grade::kProven ? finding.verdict
                                                                : Verdict::kUnknown);
    }
    EXPECT_THAT(judgement.notes, IsEmpty());
    return verdicts;
  }

  Judgement judgement;
};

TEST(FromTranslog, AWholeJournalDecidesEachQuestionOfItsShard) {
  const TemporaryFolder folder;
  WriteJournal(
      folder, kLast,
      Put("first", 0, R"({"t":"load"})") + Put("a", 1, R"({"t":"text"})") + Delete("first", 2, 2));
  Log log;
  log.Lost();
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
  Log log;
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
  Log log;
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
  Log log;
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  log.Asked(Kind::kIndex, "b", R"({"t":"text"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kNotCommitted, Verdict::kCommitted));
}

TEST(FromTranslog, ThatARequestTookItsTimeDoesNotMakeTheCopyEarly) {
  constexpr TimeNs kLater = std::numeric_limits<TimeNs>::max() / 2;
  const TemporaryFolder folder;
  WriteJournal(folder, kLast,
               Put("first", 0, "{}") + Put("slow", 1, R"({"t":"text"})") + Put("second", 2, "{}"));
  Log log;
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

TEST(FromTranslog, WhatNoCheckpointCoversIsNotKnown) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast, Put("first", 0, "{}"), Put("a", 1, R"({"t":"text"})"));
  Log log;
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
  Log log;
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kUnknown));
}

TEST(FromTranslog, BehindAMissingNumberNobodyKnowsWhatADocumentWasBefore) {
  const TemporaryFolder folder;
  WriteJournal(
      folder, kLast,
      Put("first", 0, R"({"t":"load"})") + Put("first", 2, R"({"t":"load","u":"text"})", 3));
  Log log;
  log.Lost();
  Question& update = log.Asked(Kind::kUpdate, "first", R"({"doc":{"u":"text"}})");
  update.change = UpdatingChange(BodyTree(R"({"doc":{"u":"text"}})").get());
  update.makes = false;
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kUnknown));
  EXPECT_TRUE(std::ranges::none_of(log.history.sights,
                                   [](const Sight& sight) { return sight.effect.has_value(); }));
}

TEST(FromTranslog, OfMoreEqualVersionsThanQuestionsNothingIsSaid) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast,
               Put("first", 0, "{}") + Delete("first", 1, 2) + Delete("first", 2, 3));
  Log log;
  log.Lost();
  log.Asked(Kind::kDelete, "first", "");
  EXPECT_THAT(log.Verdicts(folder), ElementsAre(Verdict::kUnknown));
}

TEST(FromTranslog, AVersionThatAnAnswerOfAnotherConnectionNamesIsNotAQuestions) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast, Put("first", 0, "{}") + Put("a", 1, R"({"t":"text"})"));
  Log log;
  log.Lost();
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

TEST(FromTranslog, OfTwoEqualWritesOneAfterTheOtherEitherMayBeTheQuestions) {
  const TemporaryFolder folder;
  WriteJournal(
      folder, kLast,
      Put("first", 0, "{}") + Put("a", 1, R"({"t":"text"})") + Put("a", 2, R"({"t":"text"})", 2));
  Log log;
  log.Lost();
  log.Asked(Kind::kIndex, "a", R"({"t":"text"})");
  log.Verdicts(folder);
  EXPECT_THAT(log.judgement.missing, IsEmpty());
}

TEST(FromTranslog, ACopyThatLacksTheFilesOfAShardIsNamedAndTheOthersAreRead) {
  const TemporaryFolder folder;
  WriteJournal(folder, kFirst, Put("first", 0, "{}") + Put("a", 1, R"({"t":"text"})"));
  WriteJournal(folder, kLast, "");
  std::filesystem::remove(folder / (kLast + "translog-2.tlog"));
  Log log;
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
  Log log;
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
    Log log;
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
  Log log;
  log.history.cluster_uuid = "of-the-log";
  const auto added = AddTranslogs(folder.path(), log.history);
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().what, testing::HasSubstr("is of another cluster"));
}

TEST(FromTranslog, WhatWasLostIsInsertedAsTheJournalHasIt) {
  const TemporaryFolder folder;
  WriteJournal(folder, kLast,
               Put("first", 0, "{}") + Put("a", 1, R"({"t":"text"})") + Delete("a", 2, 2));
  Log log;
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
