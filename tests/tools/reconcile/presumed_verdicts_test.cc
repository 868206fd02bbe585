#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"
#include "tests/tools/run_trafrec.h"

// What is presumed of a request that the source received whole, and what is not.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::VerdictOf;

/// A document of one text, put without an answer, and nothing that shows it.
SourceLog Put(size_t text_bytes, bool into_texts) {
  SourceLog source;
  source.AsksWho();
  (into_texts ? source.MakesIndexOfTexts() : source.MakesIndex())
      .Puts("1", 0)
      .Unanswered("PUT", "/idx/_doc/2", R"({"a":")" + std::string(text_bytes, 'x') + R"("})")
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
  return source;
}

TEST(PresumedVerdicts, WhatWasReceivedWholeWasCarriedOut) {
  const json verdict = VerdictOf(Put(100, true));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
}

TEST(PresumedVerdicts, ATextThatLuceneMayRefuseIsNotPresumedToBeTaken) {
  EXPECT_EQ(VerdictOf(Put(33'000, false))["verdict"], "unknown");
}

TEST(PresumedVerdicts, AFieldOfTextsTakesAnyText) {
  EXPECT_EQ(VerdictOf(Put(33'000, true))["verdict"], "committed");
}

TEST(PresumedVerdicts, ARequestWithAParameterThatItsApiHasNotMayHaveBeenRefused) {
  const auto verdict_with = [](std::string_view parameter) {
    SourceLog source;
    source.AsksWho()
        .MakesIndexOfTexts()
        .Puts("1", 0)
        .Unanswered("PUT", "/idx/_doc/2?" + std::string(parameter), R"({"a":2})")
        .Waits(10 * kNsPerSecond)
        .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
    return VerdictOf(source)["verdict"];
  };
  EXPECT_EQ(verdict_with("refresh=true&pretty"), "committed");
  EXPECT_EQ(verdict_with("_source=false"), "unknown");
}

TEST(PresumedVerdicts, WhereSomebodyWroteWhomNobodyRecordedNumbersDecideNothing) {
  SourceLog source;
  source.AsksWho()
      .MakesIndexOfTexts()
      .Puts("1", 0)
      .Unanswered("POST", "/idx/_doc", R"({"a":2})")
      .Waits(10 * kNsPerSecond)
      // Made, and yet of version 2: number 1 was taken by the deletion of what was not there.
      .Exchange(
          "PUT", "/idx/_doc/7", R"({"a":3})", "201 Created",
          R"({"_index":"idx","_type":"_doc","_id":"7","_version":2,"result":"created",)"
          R"("_shards":{"total":1,"successful":1,"failed":0},"_seq_no":2,"_primary_term":1})");
  EXPECT_EQ(test_support::VerdictsOf(source).front()["verdict"], "unknown");
}

/// An index of one document, and so long afterwards a request without an answer; then nothing.
SourceLog Afterwards(int64_t ns, std::string_view target, std::string_view body) {
  SourceLog source;
  source.AsksWho()
      .MakesIndexOfTexts()
      .Puts("1", 0)
      .Waits(ns)
      .Unanswered("POST", target, body)
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
  return source;
}

TEST(PresumedVerdicts, WhatWasSeenWholeAndNotSentAgainHasArrived) {
  SourceLog source;
  source.AsksWho()
      .MakesIndexOfTexts()
      .Puts("1", 0)
      .Abandoned("PUT", "/idx/_doc/2", R"({"a":2})")
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
  const json verdict = VerdictOf(source);
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
}

TEST(PresumedVerdicts, OfTwoForWhichThereIsOneNumberNeitherIsPresumed) {
  SourceLog source;
  source.AsksWho()
      .MakesIndexOfTexts()
      .Puts("1", 0)
      .Unanswered("PUT", "/idx/_doc/2", R"({"a":2})")
      .Unanswered("PUT", "/idx/_doc/3", R"({"a":3})")
      .Waits(10 * kNsPerSecond)
      .Puts("4", 2);
  const test_support::TemporaryFolder folder;
  const test_support::Outcome outcome = test_support::Trafrec(
      {"reconcile", source.RecordedInto(folder), "--dialect", "search", "--json"});
  EXPECT_THAT(outcome.out, testing::Not(testing::HasSubstr("presumed")));
}

TEST(PresumedVerdicts, AnUpsertIsCarriedOutWhetherTheDocumentIsThereOrNot) {
  const json verdict = VerdictOf(Afterwards(
      kNsPerSecond, "/idx/_update/9", R"({"doc":{"a":"a text of its own"},"doc_as_upsert":true})"));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
}

TEST(PresumedVerdicts, AQueryThatFindsADocumentOfLongAgoChangesIt) {
  const json verdict = VerdictOf(Afterwards(10 * kNsPerSecond, "/idx/_update_by_query",
                                            R"({"script":{"source":"ctx._source.a = 5"}})"));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
}

TEST(PresumedVerdicts, WhatWasWrittenJustBeforeAQueryMayNotBeFound) {
  EXPECT_EQ(VerdictOf(Afterwards(kNsPerSecond / 2, "/idx/_update_by_query",
                                 R"({"script":{"source":"ctx._source.a = 5"}})"))["verdict"],
            "unknown");
}

/// An update without an answer, and just then two others of the same document that were answered.
SourceLog UpdatedBesideTwo(std::string_view parameters) {
  SourceLog source;
  source.AsksWho()
      .MakesIndexOfTexts()
      .Puts("1", 0)
      .Waits(kNsPerSecond)
      .Unanswered("POST", "/idx/_update/1" + std::string(parameters),
                  R"({"doc":{"a":"a text of its own"}})")
      .Updates("1", 2, 1)
      .Updates("1", 3, 2)
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
  return source;
}

TEST(PresumedVerdicts, AnUpdateThatReadsAgainIsNotRefusedOverOthers) {
  EXPECT_EQ(VerdictOf(UpdatedBesideTwo("?retry_on_conflict=1"))["verdict"], "committed");
}

TEST(PresumedVerdicts, AnUpdateThatReadsOnceMayBeRefusedOverOthers) {
  EXPECT_EQ(VerdictOf(UpdatedBesideTwo(""))["verdict"], "unknown");
}

TEST(PresumedVerdicts, OfABulkThatANodeDiedOverAPartMayHaveBeenCarriedOut) {
  SourceLog source;
  source.AsksWho()
      .MakesIndexOfTexts()
      .Puts("1", 0)
      .Dropped("POST", "/_bulk",
               R"({"index":{"_index":"idx","_id":"2"}})"
               "\n"
               R"({"a":2})"
               "\n"
               R"({"index":{"_index":"idx","_id":"3"}})"
               "\n"
               R"({"a":3})"
               "\n",
               true)
      .Waits(10 * kNsPerSecond)
      .Puts("4", 2);
  // One number is left for its two items.
  EXPECT_EQ(test_support::VerdictsOf(source).front()["verdict"], "unknown");
}

}  // namespace
}  // namespace trafrec::tools
