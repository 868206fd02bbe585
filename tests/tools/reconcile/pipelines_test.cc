#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"

// An ingest pipeline may put a document under another id, or into another index.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::VerdictsOf;

constexpr const char* kDone = R"({"acknowledged":true})";
constexpr const char* kPlain = R"({"processors":[{"set":{"field":"at","value":"now"}}]})";
constexpr const char* kMoves = R"({"processors":[{"set":{"field":"_id","value":"m"}}]})";
constexpr const char* kNested =
    R"({"processors":[{"set":{"field":"a","value":1,"on_failure":[{"pipeline":{"name":"q"}}]}}]})";
constexpr const char* kPiped = "/idx/_doc/9?pipeline=p";

SourceLog Source(std::string_view pipeline) {
  SourceLog source;
  source.AsksWho().MakesIndex();
  if (!pipeline.empty()) {
    source.Exchange("PUT", "/_ingest/pipeline/p", pipeline, "200 OK", kDone);
  }
  source.Waits(10 * kNsPerSecond).Puts("1", 0).Waits(5 * kNsPerSecond);
  return source;
}

/// Of a write of 9 that nobody answered, where no number of its index was taken meanwhile.
std::string VerdictOfNine(SourceLog source, std::string_view target) {
  for (const json& verdict : VerdictsOf(source.Unanswered("PUT", target, R"({"a":9})")
                                            .Waits(10 * kNsPerSecond)
                                            .Puts("2", 1)
                                            .Waits(10 * kNsPerSecond))) {
    if (verdict["id"] == "9") {
      return verdict["grade"] == "presumed" ? "presumed" : verdict["verdict"];
    }
  }
  return "not asked";
}

TEST(Pipelines, OneThatOnlyWritesFieldsLeavesADocumentInItsPlace) {
  EXPECT_EQ(VerdictOfNine(Source(kPlain), kPiped), "not_committed");
}

TEST(Pipelines, OneThatNamesAnIdMayPutADocumentElsewhere) {
  EXPECT_EQ(VerdictOfNine(Source(kMoves), kPiped), "unknown");
}

TEST(Pipelines, SoMayOneThatCallsAnother) {
  EXPECT_EQ(VerdictOfNine(Source(kNested), kPiped), "unknown");
}

TEST(Pipelines, SoMayOneThatNobodySawBeingPut) {
  EXPECT_EQ(VerdictOfNine(Source(""), kPiped), "unknown");
}

TEST(Pipelines, SoMayOneThatAnIndexHasOfItsOwn) {
  const auto given = [](std::string_view pipeline) {
    return Source(pipeline).Exchange("PUT", "/idx/_settings",
                                     R"({"index":{"default_pipeline":"p"}})", "200 OK", kDone);
  };
  EXPECT_EQ(VerdictOfNine(given(kPlain), "/idx/_doc/9"), "not_committed");
  EXPECT_EQ(VerdictOfNine(given(kMoves), "/idx/_doc/9"), "unknown");
}

TEST(Pipelines, AnAnswerThatNamesAnotherIdShowsThatItsIndexHasOne) {
  const auto answered = [](std::string_view id) {
    return Source("").Exchange(
        "PUT", "/idx/_doc/7", R"({"a":7})", "201 Created",
        fmt::format(R"({{"_index":"idx","_type":"_doc","_id":"{}","_version":1,)"
                    R"("result":"created","_shards":{{"total":1,"successful":1,"failed":0}},)"
                    R"("_seq_no":1,"_primary_term":1}})",
                    id));
  };
  const auto verdict = [&](std::string_view id) {
    for (const json& each : VerdictsOf(answered(id)
                                           .Waits(5 * kNsPerSecond)
                                           .Unanswered("PUT", "/idx/_doc/9", R"({"a":9})")
                                           .Waits(10 * kNsPerSecond)
                                           .Puts("2", 2)
                                           .Waits(10 * kNsPerSecond))) {
      if (each["id"] == "9") {
        return each["verdict"].get<std::string>();
      }
    }
    return std::string("not asked");
  };
  EXPECT_EQ(verdict("7"), "not_committed");
  EXPECT_EQ(verdict("m-7"), "unknown");
}

/// A write through an alias whose documents are all of one of two shards.
TEST(AliasRoutings, WhatIsSentToAnAliasHasItsRouting) {
  SourceLog source;
  source.AsksWho()
      .Exchange("PUT", "/idx", R"({"settings":{"number_of_shards":2}})", "200 OK",
                R"({"acknowledged":true,"shards_acknowledged":true,"index":"idx"})")
      .Exchange("POST", "/_aliases",
                R"({"actions":[{"add":{"index":"idx","alias":"ali","routing":"r"}}]})", "200 OK",
                kDone)
      .Waits(10 * kNsPerSecond);
  const auto put = [&](int number, int seq_no) {
    source.Exchange("PUT", fmt::format("/ali/_doc/{}", number), R"({"a":1})", "201 Created",
                    fmt::format(R"({{"_index":"idx","_type":"_doc","_id":"{}","_version":1,)"
                                R"("result":"created","_shards":{{"total":1,"successful":1,)"
                                R"("failed":0}},"_seq_no":{},"_primary_term":1}})",
                                number, seq_no));
  };
  for (int number = 0; number < 8; ++number) {
    put(number, number);
  }
  source.Waits(5 * kNsPerSecond)
      .Unanswered("PUT", "/ali/_doc/9", R"({"a":9})")
      .Waits(10 * kNsPerSecond);
  put(10, 8);
  put(11, 9);
  source.Waits(10 * kNsPerSecond);
  const json verdict = VerdictsOf(source).front();
  EXPECT_EQ(verdict["id"], "9");
  EXPECT_EQ(verdict["verdict"], "not_committed");
  EXPECT_EQ(verdict["grade"], "proven");
}

/// What is said of 9, which shares a bulk with an operation that another routing may be the end of;
/// one number was taken, by that bulk or by a write of 7.
std::string VerdictBeside(std::string_view other) {
  SourceLog source;
  source.AsksWho()
      .Exchange("PUT", "/idx",
                R"({"settings":{"number_of_shards":1},"mappings":{"properties":{}}})", "200 OK",
                R"({"acknowledged":true,"shards_acknowledged":true,"index":"idx"})")
      .Exchange("PUT", "/idx/_alias/ali", R"({"routing":"r"})", "200 OK", kDone)
      .Waits(10 * kNsPerSecond)
      .Puts("1", 0)
      .Waits(5 * kNsPerSecond)
      .Unanswered("PUT", "/idx/_doc/7", R"({"a":7})")
      .Unanswered("POST", "/_bulk",
                  fmt::format("{}\n{{\"delete\":{{\"_index\":\"idx\",\"_id\":\"9\"}}}}\n", other))
      .Waits(10 * kNsPerSecond)
      .Puts("2", 2)
      .Waits(10 * kNsPerSecond);
  for (const json& verdict : VerdictsOf(source)) {
    if (verdict["id"] == "9") {
      return verdict["grade"] == "presumed" ? "presumed" : verdict["verdict"];
    }
  }
  return "not asked";
}

TEST(AliasRoutings, AnAliasRefusesAnotherRoutingThanItsOwn) {
  // It would have taken two numbers, if nothing can refuse one alone.
  EXPECT_EQ(VerdictBeside(R"({"delete":{"_index":"idx","_id":"8"}})"), "not_committed");
  EXPECT_NE(VerdictBeside(R"({"delete":{"_index":"ali","_id":"8","routing":"x"}})"),
            "not_committed");
}

}  // namespace
}  // namespace trafrec::tools
