#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"

// What is presumed of a request because it ran as fast as others of its time: what it found is what
// the log shows of just then.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::VerdictOf;
using test_support::VerdictsOf;

/// A source with one document.
SourceLog Source() {
  SourceLog source;
  source.AsksWho().MakesIndexOfTexts().Puts("1", 0).Waits(kNsPerSecond);
  return source;
}

/// Nothing that was sent before runs any more.
SourceLog& Ended(SourceLog& source) {
  return source.Waits(10 * kNsPerSecond).Exchange("GET", "/_cat/health", "", "200 OK", "{}");
}

/// Of a request that nobody answered, after what `source` has.
json Presumed(SourceLog source, std::string_view method, std::string_view target,
              std::string_view body) {
  json verdict = VerdictsOf(Ended(source.Unanswered(method, target, body))).back();
  return verdict["grade"] == "proven" ? "proven" : verdict["verdict"];
}

TEST(AtOnceVerdicts, WhatAServerReadToTheEndBeforeItClosedWasCarriedOut) {
  SourceLog source = Source();
  const json verdict = VerdictOf(Ended(source.Dropped("PUT", "/idx/_doc/2", R"({"a":2})", true)));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
}

TEST(AtOnceVerdicts, WhatAServerResetItMayNotHaveRead) {
  SourceLog source = Source();
  EXPECT_EQ(VerdictOf(Ended(source.Dropped("PUT", "/idx/_doc/2", R"({"a":2})", false)))["verdict"],
            "unknown");
}

TEST(AtOnceVerdicts, WhatWasSentAgainAndNeverAcknowledgedDidNotArrive) {
  SourceLog source = Source();
  const json verdict = VerdictOf(Ended(source.Undelivered("PUT", "/idx/_doc/2", R"({"a":2})")));
  EXPECT_EQ(verdict["verdict"], "not_committed");
  EXPECT_EQ(verdict["grade"], "presumed");
}

constexpr const char* kIfUnchanged = "/idx/_doc/1?if_seq_no=0&if_primary_term=1";

TEST(AtOnceVerdicts, AConditionThatNobodyElseHasBrokenHolds) {
  EXPECT_EQ(Presumed(Source(), "PUT", kIfUnchanged, R"({"a":2})"), "committed");
}

TEST(AtOnceVerdicts, AConditionThatAnotherRequestInQuestionMayHaveBrokenMayNotHold) {
  EXPECT_EQ(Presumed(Source().Unanswered("PUT", "/idx/_doc/1", R"({"a":3})"), "PUT", kIfUnchanged,
                     R"({"a":2})"),
            "unknown");
}

TEST(AtOnceVerdicts, AScriptThatOnlyDeletesDoesSoToWhatIsThere) {
  constexpr const char* kDeletes = R"({"script":"ctx.op = 'delete'"})";
  SourceLog source = Source();
  source.Puts("2", 1).Exchange("POST", "/idx/_update/2", kDeletes, "200 OK",
                               R"({"_index":"idx","_type":"_doc","_id":"2","_version":2,)"
                               R"("result":"deleted","_seq_no":2,"_primary_term":1})");
  EXPECT_EQ(Presumed(source, "POST", "/idx/_update/1", kDeletes), "committed");
}

TEST(AtOnceVerdicts, AScriptThatMayDeleteMayDoNothing) {
  EXPECT_EQ(Presumed(Source(), "POST", "/idx/_update/1",
                     R"({"script":"if (ctx._source.a == 2) { ctx.op = 'delete' }"})"),
            "unknown");
}

TEST(AtOnceVerdicts, AnUpdateIsNotRefusedOverOneOtherThatRanJustThen) {
  SourceLog source = Source();
  source.Unanswered("POST", "/idx/_update/1", R"({"doc":{"a":"a text of its own"}})")
      .Updates("1", 2, 1);
  EXPECT_EQ(VerdictOf(Ended(source))["verdict"], "committed");
}

/// A hundred documents, and an answered deletion of so many by a query of which nobody knows what
/// it finds.
SourceLog DeletedByQuery(int deleted) {
  SourceLog source = Source();
  for (int number = 1; number < 100; ++number) {
    source.Puts(std::to_string(number + 1), number);
  }
  return source.Exchange("POST", "/idx/_delete_by_query", R"({"query":{"match":{"a":1}}})",
                         "200 OK",
                         R"({"took":1,"timed_out":false,"total":)" + std::to_string(deleted) +
                             R"(,"deleted":)" + std::to_string(deleted) +
                             R"(,"batches":1,"version_conflicts":0,"noops":0,"failures":[]})");
}

TEST(AtOnceVerdicts, OfMoreThanAHundredDocumentsAQueryIsNotPresumedToHaveFoundThatOne) {
  EXPECT_EQ(
      Presumed(DeletedByQuery(1), "POST", "/idx/_update/1", R"({"doc":{"a":"a text of its own"}})"),
      "committed");
}

TEST(AtOnceVerdicts, AQueryThatFoundManyMayHaveFoundThatOne) {
  EXPECT_EQ(
      Presumed(DeletedByQuery(2), "POST", "/idx/_update/1", R"({"doc":{"a":"a text of its own"}})"),
      "unknown");
}

TEST(AtOnceVerdicts, AKeywordThatIsLongerThanATermIsRefused) {
  SourceLog source;
  source.AsksWho()
      .Exchange("PUT", "/idx",
                R"({"settings":{"index":{"number_of_shards":1}},)"
                R"("mappings":{"properties":{"a":{"type":"keyword"}}}})",
                "200 OK", R"({"acknowledged":true,"shards_acknowledged":true,"index":"idx"})")
      .Puts("1", 0)
      .Waits(kNsPerSecond);
  EXPECT_EQ(
      Presumed(source, "PUT", "/idx/_doc/2", R"({"a":")" + std::string(33'000, 'x') + R"("})"),
      "not_committed");
}

constexpr const char* kDone = R"({"acknowledged":true})";

/// A source that took so many of the like.
SourceLog SourceThatTook(int times) {
  SourceLog source = Source();
  for (int number = 0; number < times; ++number) {
    const std::string n = std::to_string(number);
    source.Exchange("PUT", "/idx/_alias/a" + n, "", "200 OK", kDone)
        .Exchange("PUT", "/_template/t" + n, R"({"index_patterns":["t)" + n + R"(-*"]})", "200 OK",
                  kDone)
        .Exchange("PUT", "/idx/_mapping", R"({"properties":{"f)" + n + R"(":{"type":"keyword"}}})",
                  "200 OK", kDone)
        .Exchange("PUT", "/made" + n, "{}", "200 OK", kDone);
  }
  return source.Waits(10 * kNsPerSecond);
}

TEST(AtOnceVerdicts, MetadataOfWhichTheSourceTookTheLikeWasTaken) {
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/idx/_alias/a", ""), "committed");
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/_template/t", R"({"index_patterns":["t-*"]})"),
            "committed");
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/idx/_mapping",
                     R"({"properties":{"f":{"type":"keyword"}}})"),
            "committed");
}

TEST(AtOnceVerdicts, MetadataOfWhichTheSourceTookNothingLikeItMayHaveBeenRefused) {
  EXPECT_EQ(Presumed(SourceThatTook(2), "PUT", "/idx/_alias/a", ""), "unknown");
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/_template/t",
                     R"({"index_patterns":["t-*"],"settings":{"number_of_shards":0}})"),
            "unknown");
  EXPECT_EQ(
      Presumed(SourceThatTook(3), "PUT", "/idx/_mapping", R"({"properties":{"f":{"type":"key"}}})"),
      "unknown");
}

TEST(AtOnceVerdicts, AFieldThatIsThereWithAnotherTypeIsNotPresumedToBePut) {
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/idx/_mapping",
                     R"({"properties":{"a":{"type":"keyword"}}})"),
            "unknown");
  EXPECT_EQ(Presumed(SourceThatTook(3).Puts("2", 1, R"({"c":"x"})").Waits(kNsPerSecond), "PUT",
                     "/idx/_mapping", R"({"properties":{"c":{"type":"keyword"}}})"),
            "unknown");
}

TEST(AtOnceVerdicts, AnAliasOfAnIndexThatNobodyMadeMayHaveBeenRefused) {
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/other/_alias/a", ""), "unknown");
}

TEST(AtOnceVerdicts, AnAliasOfTheNameOfAnIndexMayHaveBeenRefused) {
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/idx/_alias/made1", ""), "unknown");
}

TEST(AtOnceVerdicts, AnIndexIsMadeUnderANameThatNobodyUsed) {
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/new", "{}"), "committed");
  EXPECT_EQ(Presumed(SourceThatTook(3), "PUT", "/idx", "{}"), "unknown");
}

TEST(AtOnceVerdicts, AnIndexIsRemovedThatTheLogMade) {
  EXPECT_EQ(Presumed(Source(), "DELETE", "/idx", ""), "committed");
  EXPECT_EQ(Presumed(Source(), "DELETE", "/other", ""), "unknown");
}

}  // namespace
}  // namespace trafrec::tools
