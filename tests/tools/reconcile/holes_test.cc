#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/history/history.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"

// Requests of which the recorder missed a part, and the server nothing.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using reconcile::Effect;
using reconcile::History;
using test_support::SourceLog;
using test_support::VerdictsOf;
using testing::ElementsAre;

History HistoryOf(const SourceLog& source) {
  const test_support::TemporaryFolder folder;
  auto log = store::LogReader::Open(source.RecordedInto(folder));
  EXPECT_TRUE(log);
  auto history = reconcile::ReadHistory(**log, *dialect::FindDialect("search"), {});
  EXPECT_TRUE(history);
  return std::move(*history);
}

SourceLog Source() {
  SourceLog source;
  source.AsksWho().MakesIndex().Waits(10 * kNsPerSecond).Puts("1", 0).Waits(10 * kNsPerSecond);
  return source;
}

/// Nothing that was sent before runs any more.
SourceLog& Ended(SourceLog& source, int seq_no) {
  return source.Waits(10 * kNsPerSecond).Puts("last", seq_no);
}

constexpr std::string_view kSource = R"({"text":"of a kind"})";

TEST(Holes, ABodyThatNobodyCapturedMayWriteAnything) {
  SourceLog source = Source();
  source.Holed("PUT", "/idx/_doc/2", kSource, 0, kSource.size());
  const History history = HistoryOf(source);
  ASSERT_EQ(history.questions.size(), 1U);
  EXPECT_TRUE(history.questions[0].writer.CanLeave(Effect::Of("", kSource)));
}

TEST(Holes, ABodyOfWhichTheMiddleIsMissingMayWriteAnything) {
  constexpr std::string_view kLong = R"({"a":"one","text":"of a kind","b":"two"})";
  SourceLog source = Source();
  source.Holed("PUT", "/idx/_doc/2", kLong, kLong.find("\"text"), kLong.find("\"b"));
  const History history = HistoryOf(source);
  ASSERT_EQ(history.questions.size(), 1U);
  EXPECT_TRUE(history.questions[0].writer.CanLeave(Effect::Of("", kLong)));
}

constexpr std::string_view kBulk =
    "{\"index\":{\"_index\":\"idx\",\"_id\":\"a\"}}\n{\"n\":\"one\"}\n"
    "{\"index\":{\"_index\":\"idx\",\"_id\":\"b\"}}\n{\"n\":\"two\"}\n"
    "{\"index\":{\"_index\":\"idx\",\"_id\":\"c\"}}\n{\"n\":\"three\"}\n";

std::vector<std::string> IdsIn(const std::vector<json>& verdicts) {
  std::vector<std::string> ids;
  for (const json& verdict : verdicts) {
    ids.push_back(verdict["id"]);
  }
  return ids;
}

TEST(Holes, TheHalvesOfTwoItemsOfABulkMakeNone) {
  SourceLog source = Source();
  source.Holed("POST", "/_bulk", kBulk, kBulk.find("two") + 1, kBulk.find("three") + 1);
  EXPECT_THAT(IdsIn(VerdictsOf(Ended(source, 4))), ElementsAre("a", "b", ""));
}

TEST(Holes, WhatABulkHoldsBehindAHoleMayHaveTakenANumberThatNobodyNames) {
  SourceLog source = Source();
  const size_t second = kBulk.find('\n', kBulk.find("one")) + 1;
  source.Holed("POST", "/_bulk", kBulk, second, kBulk.size());
  source.Unanswered("PUT", "/idx/_doc/x", R"({"a":5})");
  // Numbers 1 and 2 are open: of a and b, of a and x, or of others in the bulk.
  const json verdict = VerdictsOf(Ended(source, 3)).back();
  EXPECT_EQ(verdict["id"], "x");
  EXPECT_NE(verdict["grade"], "proven") << verdict;
}

TEST(Holes, AByQueryRequestWhoseBodyNobodyCapturedMayFindAnythingAndDoAnything) {
  constexpr std::string_view kQuery = R"({"query":{"ids":{"values":["2"]}}})";
  SourceLog source = Source();
  source.Holed("POST", "/idx/_update_by_query", kQuery, 0, kQuery.size(), "200 OK",
               R"({"took":1,"timed_out":false,"total":1,"updated":1,"deleted":0,"batches":1,)"
               R"("version_conflicts":0,"noops":0,"failures":[]})");
  const History history = HistoryOf(source);
  ASSERT_EQ(history.by_query.size(), 1U);
  const reconcile::ByQueryRun& run = history.by_query[0];
  EXPECT_EQ(run.selection.Finds("1", {}), reconcile::Match::kMaybe);
  EXPECT_FALSE(run.changes_all);
}

TEST(Holes, AnIndexIsNotTakenToHaveTheSettingsOfNoBody) {
  constexpr std::string_view kSettings = R"({"settings":{"index":{"number_of_shards":5}}})";
  SourceLog source;
  source.AsksWho().Holed("PUT", "/five", kSettings, 0, kSettings.size(), "200 OK",
                         R"({"acknowledged":true,"shards_acknowledged":true,"index":"five"})");
  EXPECT_TRUE(HistoryOf(source).settings.empty());
}

TEST(Holes, ATextIsNobodysOwnIfARequestThatNobodyCapturedMayHaveHadIt) {
  SourceLog source = Source();
  source.Unanswered("PUT", "/idx/_doc/2", kSource)
      .Holed("PUT", "/idx/_doc/2", kSource, 0, kSource.size())
      .Exchange("GET", "/idx/_doc/2", "", "200 OK",
                R"({"_index":"idx","_id":"2","_version":1,"_seq_no":1,"_primary_term":1,)"
                R"("found":true,"_source":{"text":"of a kind"}})");
  const std::vector<json> verdicts = VerdictsOf(Ended(source, 2));
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_NE(verdicts[0]["grade"], "proven") << verdicts[0];
}

TEST(Holes, RequestsThatNobodyCapturedBeforeAResetMayHaveTakenNumbers) {
  SourceLog source = Source();
  source.PutsBeforeReset("a", 1, 1).Unanswered("PUT", "/idx/_doc/x", R"({"a":5})");
  const json verdict = VerdictOf(Ended(source, 3));  // number 2 is open
  EXPECT_EQ(verdict["id"], "x");
  EXPECT_NE(verdict["grade"], "proven") << verdict;
}

TEST(Holes, WhatABulkHoldsBehindAHoleRemovesNoIndexWithItsAliases) {
  SourceLog source = Source();
  source.Holed("POST", "/_bulk", kBulk, kBulk.find("two"), kBulk.size())
      .Unanswered("PUT", "/idx/_alias/a", "")
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/idx/_alias", "", "200 OK", R"({"idx":{"aliases":{"a":{}}}})");
  EXPECT_EQ(VerdictsOf(source).back()["verdict"], "committed");
}

}  // namespace
}  // namespace trafrec::tools
