#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"

// Answers from which the client, or something between it and the source, took what tells which
// number an operation has. Nothing else may get that number.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::CreatedText;
using test_support::RequestText;
using test_support::ResponseText;
using test_support::SourceLog;
using test_support::VerdictsOf;
using testing::ElementsAre;

struct Shape {
  std::string_view method;
  std::string_view target;
  std::string_view body;
  std::string_view status;
  std::string_view answer;
};

constexpr std::string_view kIndex2 = "{\"index\":{\"_index\":\"idx\",\"_id\":\"2\"}}\n{\"a\":2}\n";
constexpr std::string_view kDelete2 = "{\"delete\":{\"_index\":\"idx\",\"_id\":\"2\"}}\n";
constexpr std::string_view kPage = "<html><body>Sign in</body></html>";

/// One exchange, and then a write that the client gave up: between them they took number 1.
SourceLog OneNumberForTwo(const Shape& shape) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Waits(10 * kNsPerSecond)
      .Puts("1", 0)
      .Waits(5 * kNsPerSecond)
      .Exchange(shape.method, shape.target, shape.body, shape.status, shape.answer)
      .Waits(5 * kNsPerSecond)
      .Abandoned("PUT", "/idx/_doc/x", R"({"a":5})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 2);
  return source;
}

std::string ProvenOf(const std::vector<json>& verdicts, std::string_view target) {
  for (const json& verdict : verdicts) {
    if (verdict["target"] == target) {
      return verdict["grade"] == "proven" ? verdict["verdict"] : "open";
    }
  }
  return "not asked";
}

TEST(CutAnswers, WhatASuccessDidTookItsNumberThoughTheAnswerDoesNotSayWhich) {
  const std::vector<Shape> shapes = {
      {"POST", "/_bulk?filter_path=took,errors", kIndex2, "200 OK", R"({"took":1,"errors":false})"},
      {"POST", "/_bulk?filter_path=took,errors", kDelete2, "200 OK",
       R"({"took":1,"errors":false})"},
      {"POST", "/_bulk?filter_path=items.*.status", kIndex2, "200 OK",
       R"({"items":[{"index":{"status":200}}]})"},
      {"POST", "/_bulk?filter_path=-items.*._seq_no", kIndex2, "200 OK",
       R"({"took":1,"errors":false,"items":[{"index":{"_index":"idx","_id":"2","_version":1,)"
       R"("result":"created","_primary_term":1,"status":201}}]})"},
      {"POST", "/_bulk?filter_path=-items.*._version", kIndex2, "200 OK",
       R"({"took":1,"errors":false,"items":[{"index":{"_index":"idx","_id":"2","_seq_no":1,)"
       R"("result":"created","_primary_term":1,"status":201}}]})"},
      {"PUT", "/idx/_doc/2?filter_path=_id", R"({"a":2})", "200 OK", R"({"_id":"2"})"},
      {"PUT", "/idx/_doc/2?filter_path=none", R"({"a":2})", "200 OK", "{}"},
      {"POST", "/idx/_update/1?filter_path=result", R"({"doc":{"b":2}})", "200 OK",
       R"({"result":"updated"})"},
      {"DELETE", "/idx/_doc/1?filter_path=_id", "", "200 OK", R"({"_id":"1"})"},
      {"DELETE", "/idx/_doc/2?filter_path=result", "", "404 Not Found",
       R"({"result":"not_found"})"}};
  for (const Shape& shape : shapes) {
    const std::vector<json> verdicts = VerdictsOf(OneNumberForTwo(shape));
    EXPECT_EQ(ProvenOf(verdicts, shape.target), "committed") << shape.target << shape.answer;
    EXPECT_EQ(ProvenOf(verdicts, "/idx/_doc/x"), "not_committed") << shape.target;
  }
}

TEST(CutAnswers, WhatMayHaveTakenTheNumberKeepsItFromBeingProvenAnothers) {
  const std::vector<Shape> shapes = {
      {"POST", "/_bulk?filter_path=items.*.status", kDelete2, "200 OK",
       R"({"items":[{"delete":{"status":404}}]})"},
      {"POST", "/_bulk?filter_path=errors", kIndex2, "200 OK", R"({"errors":true})"},
      {"POST", "/_bulk?filter_path=none", kIndex2, "200 OK", "{}"},
      {"DELETE", "/idx/_doc/2?filter_path=none", "", "404 Not Found", "{}"},
      {"POST", "/idx/_update/1?filter_path=none", R"({"doc":{"b":2}})", "200 OK", "{}"},
      {"POST", "/idx/_update_by_query?filter_path=took", "{}", "200 OK", R"({"took":3})"},
      {"POST", "/idx/_update_by_query?filter_path=updated",
       R"({"script":{"source":"ctx.op='delete'"}})", "200 OK", R"({"updated":0})"},
      {"POST", "/_reindex?filter_path=created",
       R"({"source":{"index":"o"},"dest":{"index":"idx"}})", "200 OK", R"({"created":0})"},
      {"POST", "/idx/_delete_by_query?filter_path=failures", R"({"query":{"match_all":{}}})",
       "409 Conflict", R"({"failures":[{"cause":{}}]})"},
      {"PUT", "/idx/_doc/2?filter_path=status", R"({"a":2})", "400 Bad Request",
       R"({"status":400})"}};
  for (const Shape& shape : shapes) {
    const std::vector<json> verdicts = VerdictsOf(OneNumberForTwo(shape));
    EXPECT_EQ(ProvenOf(verdicts, "/idx/_doc/x"), "open") << shape.target << shape.answer;
  }
}

TEST(CutAnswers, APageOfSomethingInBetweenSaysNothingOfWhatTheSourceDid) {
  for (const std::string_view status :
       {"200 OK", "201 Created", "404 Not Found", "502 Bad Gateway", "504 Gateway Timeout"}) {
    for (const std::string_view page : {kPage, std::string_view(), std::string_view("{\"_in")}) {
      const Shape shape{"PUT", "/idx/_doc/2", R"({"a":2})", status, page};
      const std::vector<json> verdicts = VerdictsOf(OneNumberForTwo(shape));
      EXPECT_EQ(ProvenOf(verdicts, "/idx/_doc/2"), "open") << status << page;
      EXPECT_EQ(ProvenOf(verdicts, "/idx/_doc/x"), "open") << status << page;
    }
  }
}

TEST(CutAnswers, AFailureIsNotPresumedToHaveBeenCarriedOut) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Exchange("PUT", "/idx/_doc/2", R"({"a":2})", "500 Internal Server Error",
                R"({"error":{"type":"engine_exception","reason":"x"},"status":500})")
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
  EXPECT_EQ(VerdictsOf(source).at(0)["verdict"], "unknown");
}

TEST(CutAnswers, AnItemThatNoShardTookInTimeMayHaveBeenCarriedOut) {
  const Shape shape{
      "POST", "/_bulk", kIndex2, "200 OK",
      R"({"took":1,"errors":true,"items":[{"index":{"_index":"idx","_id":"2","status":503,)"
      R"("error":{"type":"unavailable_shards_exception","reason":"x"}}}]})"};
  const std::vector<json> verdicts = VerdictsOf(OneNumberForTwo(shape));
  EXPECT_EQ(ProvenOf(verdicts, "/_bulk"), "open");
  EXPECT_EQ(ProvenOf(verdicts, "/idx/_doc/x"), "open");
}

TEST(Conflicts, TheNumberThatAConflictShowsMayBeThatOfADeletion) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Exchange("DELETE", "/idx/_doc/1", "", "200 OK",
                R"({"_index":"idx","_id":"1","_version":2,"result":"deleted","_seq_no":1,)"
                R"("_primary_term":1})")
      .Unanswered("DELETE", "/idx/_doc/1", "")
      .Waits(10 * kNsPerSecond)
      .Exchange("PUT", "/idx/_doc/1?if_seq_no=0&if_primary_term=1", R"({"a":2})", "409 Conflict",
                R"({"error":{"type":"version_conflict_engine_exception","reason":"[1]: version )"
                R"(conflict, required seqNo [0], primary term [1]. current document has seqNo [2] )"
                R"(and primary term [1]"},"status":409})")
      .Puts("3", 3);
  EXPECT_EQ(ProvenOf(VerdictsOf(source), "/idx/_doc/1"), "committed");
}

TEST(CutAnswers, OneWhoseIdWasTakenOutMayBeInAnyShard) {
  SourceLog source;
  source.AsksWho()
      .Exchange("PUT", "/idx", R"({"settings":{"index":{"number_of_shards":3}}})", "200 OK",
                R"({"acknowledged":true,"shards_acknowledged":true,"index":"idx"})")
      .Waits(10 * kNsPerSecond)
      .Exchange("POST", "/idx/_doc?filter_path=result,_seq_no,_version,_primary_term", R"({"a":9})",
                "201 Created", R"({"result":"created","_version":1,"_seq_no":0,"_primary_term":1})")
      .Waits(10 * kNsPerSecond)
      .Abandoned("PUT", "/idx/_doc/x", R"({"a":5})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 1);
  EXPECT_EQ(ProvenOf(VerdictsOf(source), "/idx/_doc/x"), "open");
}

TEST(CutAnswers, EachItemThatAStrayAnswerTellsOfHasAVerdict) {
  const std::string bulk = ResponseText(
      "200 OK",
      fmt::format(R"({{"took":1,"errors":false,"items":[{{"create":{}}},{{"create":{}}}]}})",
                  CreatedText("c", 2), CreatedText("d", 3)));
  const size_t hole = bulk.find("\"d\"");
  SourceLog source;
  source.AsksWho().MakesIndex().Puts("1", 0).Pipelines(
      RequestText("PUT", "/idx/_doc/a", "{}") + RequestText("PUT", "/idx/_doc/b", "{}") +
          RequestText("POST", "/idx/_bulk",
                      "{\"create\":{\"_id\":\"c\"}}\n{}\n"
                      "{\"create\":{\"_id\":\"d\"}}\n{}\n") +
          RequestText("PUT", "/idx/_doc/e", "{}"),
      {{ResponseText("201 Created", CreatedText("a", 1))},
       {ResponseText("201 Created", CreatedText("b", 5)), false},
       {bulk.substr(0, hole)},
       {bulk.substr(hole, 3), false},
       {bulk.substr(hole + 3)},
       {ResponseText("201 Created", CreatedText("e", 4))}});
  const std::vector<json> verdicts = VerdictsOf(source);
  std::vector<std::string> ids;
  for (const json& verdict : verdicts) {
    ids.push_back(verdict["id"]);
  }
  EXPECT_THAT(ids, ElementsAre("b", "c", "d", "e"));
  EXPECT_EQ(verdicts[1]["evidence"][0]["kind"], "answer");
}

TEST(CutAnswers, AStrayAnswerThatWasCutDoesNotSayThatAnAliasWasMade) {
  const std::string done = ResponseText("200 OK", R"({"acknowledged":true})");
  const size_t hole = done.find("true");
  SourceLog source;
  source.AsksWho().MakesIndex().Puts("1", 0).Pipelines(
      RequestText("PUT", "/idx/_doc/a", "{}") + RequestText("PUT", "/idx/_doc/b", "{}") +
          RequestText("PUT", "/idx/_alias/c", "{}") + RequestText("PUT", "/idx/_doc/e", "{}"),
      {{ResponseText("201 Created", CreatedText("a", 1))},
       {ResponseText("201 Created", CreatedText("b", 3)), false},
       {done.substr(0, hole)},
       {done.substr(hole, 3), false},
       {done.substr(hole + 3)},
       {ResponseText("201 Created", CreatedText("e", 2))}});
  const std::vector<json> verdicts = VerdictsOf(source);
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_NE(verdicts[1]["grade"], "proven") << verdicts[1];
}

}  // namespace
}  // namespace trafrec::tools
