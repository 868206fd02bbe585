#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"

// That a request was taken is presumed only if the source took the like of it.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::VerdictsOf;

constexpr const char* kBlocked =
    R"({"error":{"type":"cluster_block_exception","reason":"index [idx] blocked"},"status":403})";
constexpr const char* kUnfit =
    R"({"error":{"type":"mapper_parsing_exception","reason":"failed to parse"},"status":400})";

/// An index of which nobody knows the mapping, and whose documents have that source.
SourceLog Source(std::string_view source) {
  SourceLog log;
  return log.AsksWho().MakesIndex().Puts("1", 0, source).Waits(kNsPerSecond);
}

/// And with that text in a field of so many documents, each time another one.
SourceLog SourceOfTexts(std::string_view text, int documents) {
  SourceLog log;
  log.AsksWho().MakesIndex();
  for (int number = 0; number < documents; ++number) {
    log.Puts("1" + std::to_string(number), number,
             R"({"a":")" + std::string(text) + std::to_string(number) + R"("})");
  }
  return log.Waits(kNsPerSecond);
}

std::string VerdictOn(SourceLog log, std::string_view target, std::string_view source,
                      std::string_view method = "PUT") {
  log.Unanswered(method, target, source)
      .Waits(10 * kNsPerSecond)
      .Exchange("GET", "/_cat/health", "", "200 OK", "{}");
  return VerdictsOf(log).back()["verdict"];
}

TEST(Precedents, ADocumentLikeOneThatWasTakenIsTaken) {
  EXPECT_EQ(
      VerdictOn(Source(R"({"a":1,"b":{"c":true}})"), "/idx/_doc/2", R"({"a":7,"b":{"c":false}})"),
      "committed");
}

TEST(Precedents, OfAnIndexThatShowsNoWriteNothingIsKnown) {
  SourceLog log;
  log.AsksWho().MakesIndex().Waits(kNsPerSecond);
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/1", R"({"a":1})"), "unknown");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/1", "", "DELETE"), "unknown");
}

TEST(Precedents, AFieldThatNoDocumentHadMayNotBeTaken) {
  EXPECT_EQ(VerdictOn(Source(R"({"a":1})"), "/idx/_doc/2", R"({"a":7,"b":1})"), "unknown");
  EXPECT_EQ(VerdictOn(Source(R"({"a":{"b":1}})"), "/idx/_doc/2", R"({"a":{"c":1}})"), "unknown");
}

TEST(Precedents, AValueOfAnotherTypeMayNotBeTaken) {
  for (const char* other : {R"("x")", "true", "1.5", "null", R"({"b":1})", "[1,2]"}) {
    EXPECT_EQ(VerdictOn(Source(R"({"a":1})"), "/idx/_doc/2", R"({"a":)" + std::string(other) + "}"),
              "unknown")
        << other;
  }
}

TEST(Precedents, ANumberThatNeedsMoreBitsMayNotBeTaken) {
  EXPECT_EQ(VerdictOn(Source(R"({"a":127})"), "/idx/_doc/2", R"({"a":-128})"), "committed");
  EXPECT_EQ(VerdictOn(Source(R"({"a":127})"), "/idx/_doc/2", R"({"a":128})"), "unknown");
}

TEST(Precedents, ADayThatIsNotInTheCalendarIsLikeNone) {
  const SourceLog log = Source(R"({"a":"2026-01-31"})");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2", R"({"a":"2024-02-29"})"), "committed");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2", R"({"a":"2026-02-29"})"), "unknown");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2", R"({"a":"2026/01/31"})"), "unknown");
}

TEST(Precedents, AFieldThatTookEightWordsTakesEveryText) {
  EXPECT_EQ(VerdictOn(SourceOfTexts("word", 8), "/idx/_doc/2", R"({"a":"other words"})"),
            "committed");
  EXPECT_EQ(VerdictOn(SourceOfTexts("word", 8), "/idx/_doc/2", R"({"a":"12"})"), "committed");
  EXPECT_EQ(VerdictOn(SourceOfTexts("word", 7), "/idx/_doc/2", R"({"a":"other words"})"),
            "unknown");
  EXPECT_EQ(VerdictOn(SourceOfTexts("word", 7), "/idx/_doc/2", R"({"a":"word3"})"), "committed");
}

TEST(Precedents, WhatWasRefusedThoughTheLikeOfItWasTakenSpeaksAgainstIt) {
  SourceLog log = Source(R"({"a":1})");
  log.Exchange("PUT", "/idx/_doc/3", R"({"a":5})", "400 Bad Request", kUnfit);
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2", R"({"a":7})"), "unknown");
}

TEST(Precedents, WhatWasRefusedForWhatWasNeverTakenSaysNothing) {
  SourceLog log = Source(R"({"a":1})");
  log.Exchange("PUT", "/idx/_doc/3", R"({"a":"x"})", "400 Bad Request", kUnfit);
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2", R"({"a":7})"), "committed");
}

TEST(Precedents, AnIndexThatTakesNothingNowIsNotPresumedToTakeAnything) {
  SourceLog log = Source(R"({"a":1})");
  log.Exchange("PUT", "/idx/_doc/3", R"({"a":5})", "403 Forbidden", kBlocked);
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2", R"({"a":7})"), "unknown");
  EXPECT_EQ(VerdictOn(log.Waits(kNsPerSecond).Puts("4", 1).Waits(kNsPerSecond), "/idx/_doc/2",
                      R"({"a":7})"),
            "committed");
}

TEST(Precedents, ADeletionIsNotPresumedOnceItsIndexWasSaidToBeMissing) {
  SourceLog log = Source(R"({"a":1})");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2", "", "DELETE"), "committed");
  log.Exchange("DELETE", "/idx/_doc/3", "", "404 Not Found",
               R"({"error":{"type":"index_not_found_exception","reason":"no such index [idx]"},)"
               R"("status":404})");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2", "", "DELETE"), "unknown");
}

TEST(Precedents, ANameThatIsTooLongMayBeRefused) {
  const SourceLog log = Source(R"({"a":1})");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/" + std::string(512, 'i'), R"({"a":7})"), "committed");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/" + std::string(513, 'i'), R"({"a":7})"), "unknown");
}

TEST(Precedents, WhatHasNoRoutingIsNotLikeWhatHas) {
  EXPECT_EQ(VerdictOn(Source(R"({"a":1})"), "/idx/_doc/2?routing=x", R"({"a":7})"), "unknown");
}

TEST(Precedents, AParameterOfAValueThatMayBeNoneMayBeRefused) {
  const SourceLog log = Source(R"({"a":1})");
  EXPECT_EQ(VerdictOn(log, "/idx/_doc/2?refresh=wait_for&timeout=1m", R"({"a":7})"), "committed");
  for (const char* odd : {"refresh=perhaps", "timeout=1x", "op_type=make", "version=3"}) {
    EXPECT_EQ(VerdictOn(log, "/idx/_doc/2?" + std::string(odd), R"({"a":7})"), "unknown") << odd;
  }
}

TEST(Precedents, ABodyThatIsNoDocumentIsLikeNone) {
  for (const char* body : {R"({"a":7)", R"([{"a":7}])", R"({"a":7,"a":8})", ""}) {
    EXPECT_EQ(VerdictOn(Source(R"({"a":1})"), "/idx/_doc/2", body), "unknown") << body;
  }
}

/// A script that was carried out on so many documents.
SourceLog Scripted(int documents) {
  SourceLog log;
  log.AsksWho().MakesIndex();
  for (int number = 0; number < documents; ++number) {
    log.Puts("1" + std::to_string(number), number);
  }
  for (int number = 0; number < documents; ++number) {
    log.Exchange("POST", "/idx/_update/1" + std::to_string(number),
                 R"({"script":"ctx._source.a += 1"})", "200 OK",
                 R"({"_index":"idx","_type":"_doc","_id":"1)" + std::to_string(number) +
                     R"(","_version":2,"result":"updated","_seq_no":)" +
                     std::to_string(documents + number) + R"(,"_primary_term":1})");
  }
  return log.Puts("2", 2 * documents).Waits(kNsPerSecond);
}

TEST(Precedents, AScriptThatWorkedOnEightDocumentsWorksOnAnother) {
  constexpr const char* kScript = R"({"script":"ctx._source.a += 1"})";
  EXPECT_EQ(VerdictOn(Scripted(8), "/idx/_update/2", kScript, "POST"), "committed");
  EXPECT_EQ(VerdictOn(Scripted(7), "/idx/_update/2", kScript, "POST"), "unknown");
}

}  // namespace
}  // namespace trafrec::tools
