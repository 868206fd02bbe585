#include "tests/reconcile/evidence/journaled_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "reconcile/evidence/from_translog.h"

namespace trafrec::reconcile {

using namespace test_support;
using dialect::Kind;
using store::Verdict;
using testing::IsEmpty;

namespace {

constexpr TimeNs kMs = kNsPerMs;

}  // namespace

std::string Put(const std::string& id, int64_t seq_no, const std::string& source, int64_t version,
                int64_t term) {
  return Framed(IndexBody(
      kProduct,
      {.id = id, .seq_no = seq_no, .source = source, .version = version, .primary_term = term}));
}

std::string Delete(const std::string& id, int64_t seq_no, int64_t version) {
  return Framed(DeleteBody(kProduct, id, seq_no, version));
}

void WriteJournal(const TemporaryFolder& folder, const std::string& where,
                  const std::string& operations, const std::string& unsynced) {
  std::filesystem::create_directories(folder / where);
  const std::string synced = TranslogHeader() + operations;
  folder.Write(where + "translog-2.tlog", synced + unsynced);
  folder.Write(where + "translog.ckp", CheckpointFile(kProduct, {.offset = synced.size()}));
}

JournaledLog::JournaledLog() {
  history.product = VersionId::Elasticsearch(7, 10, 2);
  history.events.push_back({.name = "orders", .ran = {0, 0}, .answered = true});
  history.settings.push_back({.name = "orders", .uuid = "uuid", .shards = 1});
  Answered("first", 0);
  history.until = 10'000 * kMs;
}

void JournaledLog::Answered(const std::string& id, int64_t seq_no, int64_t term) {
  history.writes.push_back({.document = {"orders", id},
                            .ran = {100 * kMs * (seq_no + 1), 100 * kMs * (seq_no + 1) + kMs},
                            .fate = dialect::Fate::kCreated,
                            .version = 1,
                            .seq_no = seq_no,
                            .primary_term = term});
}

Question& JournaledLog::Asked(Kind kind, const std::string& id, const std::string& body) {
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

void JournaledLog::AskedByQuery(const std::string& body) {
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

void JournaledLog::Lost() { history.lost.push_back({.ran = {0, 9'000 * kMs}}); }

std::vector<Verdict> JournaledLog::Verdicts(const TemporaryFolder& folder) {
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

}  // namespace trafrec::reconcile
