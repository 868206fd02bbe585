#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"
#include "tests/tools/run_trafrec.h"

// Verdicts on requests that make or remove an index, by what later answers show of it.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::VerdictOf;
using testing::HasSubstr;

constexpr const char* kExists =
    R"({"error":{"type":"resource_already_exists_exception","reason":"index [new/U] already exists"},)"
    R"("status":400})";
constexpr const char* kGone =
    R"({"error":{"type":"index_not_found_exception","reason":"no such index [new]"},"status":404})";

/// A source that is known to be one, and silent for so long that nothing of before runs any more.
SourceLog Source() {
  SourceLog source;
  source.AsksWho().Waits(10 * kNsPerSecond);
  return source;
}

TEST(IndexVerdicts, AnIndexThatWasNotThereAndIsThenWasMadeByTheOnlyOneWhoCan) {
  const json verdict = VerdictOf(Source()
                                     .Exchange("GET", "/new", "", "404 Not Found", kGone)
                                     .Unanswered("PUT", "/new", "{}")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("PUT", "/new", "{}", "400 Bad Request", kExists));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "index");
  EXPECT_THAT(verdict["evidence"][1]["words"].dump(), HasSubstr("recorded: all who change"));
}

TEST(IndexVerdicts, AnIndexThatIsNotThereLaterWasNotMade) {
  const json verdict = VerdictOf(Source()
                                     .Unanswered("PUT", "/new", "{}")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/new", "", "404 Not Found", kGone));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST(IndexVerdicts, AnAnswerWhileTheRequestMayStillRunIsNoProof) {
  const json verdict = VerdictOf(Source()
                                     .Unanswered("PUT", "/new", "{}")
                                     .Exchange("GET", "/new", "", "404 Not Found", kGone)
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/_cat/health", "", "200 OK", "{}"));
  EXPECT_EQ(verdict["verdict"], "unknown");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "open");
}

TEST(IndexVerdicts, AnIndexThatAWriteMayHaveMadeProvesNothing) {
  const json verdict =
      VerdictOf(Source()
                    .Exchange("GET", "/new", "", "404 Not Found", kGone)
                    .Unanswered("PUT", "/new", "{}")
                    .Exchange("PUT", "/new/_doc/1", R"({"a":1})", "201 Created",
                              R"({"_index":"new","_id":"1","_version":1,"result":"created",)"
                              R"("_shards":{"total":1,"successful":1,"failed":0},"_seq_no":0,)"
                              R"("_primary_term":1})")
                    .Waits(10 * kNsPerSecond)
                    .Exchange("PUT", "/new", "{}", "400 Bad Request", kExists));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST(IndexVerdicts, AnIndexThatWasThereAndIsGoneWasRemovedByTheOnlyOneWhoCan) {
  const json verdict = VerdictOf(Source()
                                     .MakesIndex()
                                     .Unanswered("DELETE", "/idx", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("DELETE", "/idx", "", "404 Not Found", kGone));
  EXPECT_EQ(verdict["verdict"], "committed");
}

TEST(IndexVerdicts, AnIndexThatIsStillThereWasNotRemoved) {
  const json verdict = VerdictOf(Source()
                                     .MakesIndex()
                                     .Unanswered("DELETE", "/idx", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/idx", "", "200 OK", R"({"idx":{}})"));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST(IndexVerdicts, WhatNobodySawMayNotHaveBeenThereToBeRemoved) {
  const json verdict = VerdictOf(Source()
                                     .Unanswered("DELETE", "/new", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/new", "", "404 Not Found", kGone));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST(IndexVerdicts, WhatIsThereMayBeOlderThanItsCreation) {
  const json verdict = VerdictOf(Source()
                                     .Unanswered("PUT", "/new", "{}")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("PUT", "/new", "{}", "400 Bad Request", kExists));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST(IndexVerdicts, OfARemovalByPatternNothingIsSaid) {
  const json verdict = VerdictOf(Source()
                                     .MakesIndex()
                                     .Unanswered("DELETE", "/id*", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/idx", "", "404 Not Found", kGone));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST(IndexVerdicts, EveryUnknownSaysWhatWouldDecideIt) {
  const json verdict =
      VerdictOf(Source()
                    .Unanswered("PUT", "/_ingest/pipeline/p", R"({"processors":[]})")
                    .Waits(10 * kNsPerSecond)
                    .Exchange("GET", "/_cat/health", "", "200 OK", "{}"));
  EXPECT_EQ(verdict["verdict"], "unknown");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "open");
}

TEST(IndexVerdicts, ACreationThatCannotBeReadMakesNoOtherIndexAgain) {
  SourceLog source = Source();
  source.MakesIndex()
      .Puts("1", 0)
      .Unanswered("PUT", "/other", R"({"aliases":)")
      .Unanswered("PUT", "/idx/_doc/2", R"({"a":2})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 2);
  const test_support::TemporaryFolder folder;
  const test_support::Outcome outcome =
      test_support::Trafrec({"reconcile", source.RecordedInto(folder), "--dialect", "search"});
  EXPECT_THAT(outcome.out, HasSubstr("1  committed\n"));
}

}  // namespace
}  // namespace trafrec::tools
