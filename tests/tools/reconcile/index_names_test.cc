#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"

// Requests call an index by another name: what answers and requests for aliases say of it.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::VerdictsOf;

constexpr const char* kDone = R"({"acknowledged":true})";

SourceLog Source() {
  SourceLog source;
  source.AsksWho().MakesIndex().Waits(10 * kNsPerSecond).Puts("1", 0).Waits(5 * kNsPerSecond);
  return source;
}

/// A write that the client gave up, and an answer from which it follows that number 1 was taken.
std::vector<json> WithOneMore(SourceLog source) {
  return VerdictsOf(source.Waits(5 * kNsPerSecond)
                        .Abandoned("PUT", "/idx/_doc/x", R"({"a":5})")
                        .Waits(10 * kNsPerSecond)
                        .Puts("3", 2));
}

std::string ProvenOf(const std::vector<json>& verdicts, std::string_view id) {
  for (const json& verdict : verdicts) {
    if (verdict["id"] == id) {
      return verdict["grade"] == "proven" ? verdict["verdict"] : "open";
    }
  }
  return "not asked";
}

TEST(IndexNames, ANameThatNoAnswerExplainsMayBeAnotherForAnyIndex) {
  EXPECT_EQ(ProvenOf(WithOneMore(Source().Unanswered("PUT", "/ali/_doc/9", R"({"a":9})")), "x"),
            "open");
}

TEST(IndexNames, SoMayThatOfAnAnsweredWriteThatDoesNotSayWhereItWent) {
  EXPECT_EQ(ProvenOf(WithOneMore(Source().Exchange(
                         "PUT", "/ali/_doc/9?filter_path=result,_seq_no,_version,_primary_term",
                         R"({"a":9})", "201 Created",
                         R"({"result":"created","_version":1,"_seq_no":1,"_primary_term":1})")),
                     "x"),
            "open");
}

TEST(IndexNames, SoMayThatOfAByQueryRequest) {
  EXPECT_EQ(ProvenOf(WithOneMore(Source().Exchange(
                         "POST", "/ali/_update_by_query", "{}", "200 OK",
                         R"({"took":1,"total":1,"updated":1,"deleted":0,"failures":[]})")),
                     "x"),
            "open");
}

TEST(IndexNames, AnAliasThatTheLogMadeLeadsToItsIndex) {
  const std::vector<json> verdicts =
      WithOneMore(Source()
                      .Exchange("PUT", "/idx/_alias/ali", "", "200 OK", kDone)
                      .Unanswered("PUT", "/ali/_doc/9", R"({"a":9})")
                      .Waits(10 * kNsPerSecond)
                      .Puts("2", 1));
  EXPECT_EQ(ProvenOf(verdicts, "9"), "not_committed");
}

TEST(IndexNames, AnAliasThatWasMovedLeadsNowhereForCertain) {
  const std::vector<json> verdicts =
      WithOneMore(Source()
                      .Exchange("PUT", "/idx/_alias/ali", "", "200 OK", kDone)
                      .Exchange("POST", "/_aliases",
                                R"({"actions":[{"remove":{"index":"idx","alias":"ali"}},)"
                                R"({"add":{"index":"new","alias":"ali"}}]})",
                                "200 OK", kDone)
                      .Unanswered("PUT", "/ali/_doc/9", R"({"a":9})"));
  EXPECT_EQ(ProvenOf(verdicts, "9"), "open");
  EXPECT_EQ(ProvenOf(verdicts, "x"), "open");
}

TEST(IndexNames, ARolloverMovesItsAlias) {
  const std::vector<json> verdicts =
      WithOneMore(Source()
                      .Exchange("PUT", "/idx/_alias/ali", "", "200 OK", kDone)
                      .Unanswered("POST", "/ali/_rollover", "")
                      .Unanswered("PUT", "/ali/_doc/9", R"({"a":9})"));
  EXPECT_EQ(ProvenOf(verdicts, "9"), "open");
}

}  // namespace
}  // namespace trafrec::tools
