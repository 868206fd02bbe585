#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/replay/send/scripted_server.h"
#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"
#include "tests/tools/run_trafrec.h"

// Verdicts on requests for mappings, aliases, templates and settings, and on by-query requests as a
// whole.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::TemporaryFolder;
using test_support::VerdictOf;
using testing::HasSubstr;

constexpr const char* kNoAlias = R"({"idx":{"aliases":{}}})";
constexpr const char* kAlias = R"({"idx":{"aliases":{"a":{}}}})";
constexpr const char* kDone = R"({"acknowledged":true})";

/// A source with an index, silent for so long that nothing of before runs any more.
SourceLog Source() {
  SourceLog source;
  source.AsksWho().MakesIndex().Waits(10 * kNsPerSecond);
  return source;
}

TEST(MetadataVerdicts, AnAliasThatWasNotThereAndIsThenWasMadeByTheOnlyOneWhoCan) {
  const json verdict = VerdictOf(Source()
                                     .Exchange("GET", "/idx/_alias", "", "200 OK", kNoAlias)
                                     .Unanswered("PUT", "/idx/_alias/a", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/idx/_alias", "", "200 OK", kAlias));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "presumed");
  EXPECT_EQ(verdict["evidence"][0]["kind"], "metadata");
  EXPECT_THAT(verdict["evidence"][1]["words"].dump(), HasSubstr("recorded: all who change it"));
}

TEST(MetadataVerdicts, AnAliasThatIsNotThereLaterWasNotMade) {
  const json verdict = VerdictOf(Source()
                                     .Unanswered("PUT", "/idx/_alias/a", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/idx/_alias", "", "200 OK", kNoAlias));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST(MetadataVerdicts, AnAliasOfAnIndexThatTheLogMadeIsNotOlderThanTheIndex) {
  const json verdict = VerdictOf(Source()
                                     .Unanswered("PUT", "/idx/_alias/a", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/idx/_alias", "", "200 OK", kAlias));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_THAT(verdict["evidence"].dump(), HasSubstr("as asked: "));
}

TEST(MetadataVerdicts, AnAliasThatCameWithItsIndexIsCalledAsAskedFor) {
  const json verdict = VerdictOf(SourceLog()
                                     .AsksWho()
                                     .Exchange("HEAD", "/_alias/a", "", "404 Not Found", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Unanswered("PUT", "/idx/_alias/a", "")
                                     .MakesIndex()
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/idx/_alias", "", "200 OK", kAlias));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_THAT(verdict["evidence"].dump(), HasSubstr("as asked: "));
}

TEST(MetadataVerdicts, AnAliasThatIsThereMayBeOlderThanItsRequest) {
  const json verdict = VerdictOf(SourceLog()
                                     .AsksWho()
                                     .Waits(10 * kNsPerSecond)
                                     .Unanswered("PUT", "/idx/_alias/a", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/idx/_alias", "", "200 OK", kAlias));
  EXPECT_EQ(verdict["verdict"], "unknown");
  EXPECT_THAT(verdict["evidence"][0]["words"].dump(), HasSubstr("a get of the alias a of idx"));
}

TEST(MetadataVerdicts, WhatAnotherMayHaveChangedTellsNothing) {
  const json verdict = VerdictOf(
      Source()
          .Exchange("GET", "/idx/_alias", "", "200 OK", kNoAlias)
          .Unanswered("PUT", "/idx/_alias/a", "")
          .Exchange("POST", "/_aliases", R"({"actions":[{"add":{"index":"idx","alias":"a"}}]})",
                    "200 OK", kDone)
          .Waits(10 * kNsPerSecond)
          .Exchange("GET", "/idx/_alias", "", "200 OK", kAlias));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST(MetadataVerdicts, AnAliasThatIsStillThereWasNotTakenAway) {
  const json verdict =
      VerdictOf(Source()
                    .Unanswered("POST", "/_aliases",
                                R"({"actions":[{"remove":{"index":"idx","alias":"a"}},)"
                                R"({"add":{"index":"idx","alias":"b"}}]})")
                    .Waits(10 * kNsPerSecond)
                    .Exchange("GET", "/_cat/aliases", "", "200 OK", "a idx - - - -\n"));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST(MetadataVerdicts, AnAliasThatNobodySawMayNotHaveBeenThereToBeTakenAway) {
  const json verdict = VerdictOf(Source()
                                     .Unanswered("DELETE", "/idx/_alias/a", "")
                                     .Waits(10 * kNsPerSecond)
                                     .Exchange("GET", "/idx/_alias", "", "200 OK", kNoAlias));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST(MetadataVerdicts, AFieldOfATypeThatNoDocumentMakesIsTheRequests) {
  const json verdict = VerdictOf(
      Source()
          .Exchange("GET", "/idx/_mapping", "", "200 OK", R"({"idx":{"mappings":{}}})")
          .Unanswered("PUT", "/idx/_mapping", R"({"properties":{"f":{"type":"keyword"}}})")
          .Puts("1", 0)
          .Waits(10 * kNsPerSecond)
          .Exchange("GET", "/idx", "", "200 OK",
                    R"({"idx":{"mappings":{"properties":{"f":{"type":"keyword"}}}}})"));
  EXPECT_EQ(verdict["verdict"], "committed");
}

TEST(MetadataVerdicts, AFieldThatADocumentMayHaveMadeTellsNothing) {
  const json verdict =
      VerdictOf(Source()
                    .Exchange("GET", "/idx/_mapping", "", "200 OK", R"({"idx":{"mappings":{}}})")
                    .Unanswered("PUT", "/idx/_mapping", R"({"properties":{"a":{"type":"long"}}})")
                    .Puts("1", 0)
                    .Waits(10 * kNsPerSecond)
                    .Exchange("GET", "/idx/_mapping", "", "200 OK",
                              R"({"idx":{"mappings":{"properties":{"a":{"type":"long"}}}}})"));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

TEST(MetadataVerdicts, ATemplateThatIsNotThereLaterWasNotMade) {
  const json verdict =
      VerdictOf(Source()
                    .Unanswered("PUT", "/_template/t", R"({"index_patterns":["a"]})")
                    .Waits(10 * kNsPerSecond)
                    .Exchange("GET", "/_template/t", "", "404 Not Found", "{}"));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST(MetadataVerdicts, ASettingThatHasAnotherValueLaterWasNotPut) {
  const json verdict =
      VerdictOf(Source()
                    .Unanswered("PUT", "/idx/_settings", R"({"index":{"refresh_interval":"5s"}})")
                    .Waits(10 * kNsPerSecond)
                    .Exchange("GET", "/idx/_settings", "", "200 OK",
                              R"({"idx":{"settings":{"index":{"refresh_interval":"1s"}}}})"));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST(MetadataVerdicts, ASettingOfTheClusterThatChangedIsTheRequests) {
  const json verdict =
      VerdictOf(Source()
                    .Exchange("GET", "/_cluster/settings", "", "200 OK",
                              R"({"persistent":{},"transient":{}})")
                    .Unanswered("PUT", "/_cluster/settings",
                                R"({"transient":{"indices.recovery.max_bytes_per_sec":"20mb"}})")
                    .Waits(10 * kNsPerSecond)
                    .Exchange("GET", "/_cluster/settings", "", "200 OK",
                              R"({"persistent":{},"transient":{"indices":{"recovery":)"
                              R"({"max_bytes_per_sec":"20mb"}}}})"));
  EXPECT_EQ(verdict["verdict"], "committed");
}

TEST(MetadataVerdicts, TheLiveSourceShowsThatATemplateWasNotMade) {
  const auto answer = [](const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const send::ScriptedServer server(
      {send::ScriptedServer::Answering([&](const std::string& request) {
        return request.starts_with("GET / ")
                   ? answer(R"({"cluster_uuid":"U1","version":{"number":"7.10.2"}})")
               : request.starts_with("GET /_template/t ")
                   ? "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"
                   : answer("{}");
      })});
  const json verdict =
      VerdictOf(Source()
                    .Unanswered("PUT", "/_template/t", R"({"index_patterns":["a"]})")
                    .Waits(10 * kNsPerSecond)
                    .Exchange("GET", "/_cat/health", "", "200 OK", "{}"),
                {"--source", server.url()});
  EXPECT_EQ(verdict["verdict"], "not_committed");
  EXPECT_THAT(verdict["evidence"].dump(), HasSubstr("since: nobody has changed it"));
}

TEST(MetadataVerdicts, AByQueryRequestTookTheNumberThatNobodyElseCanHaveTaken) {
  const json verdict = VerdictOf(Source()
                                     .Puts("1", 0)
                                     .Unanswered("POST", "/idx/_update_by_query", "{}")
                                     .Waits(10 * kNsPerSecond)
                                     .Puts("3", 2));
  EXPECT_EQ(verdict["verdict"], "committed");
  EXPECT_EQ(verdict["grade"], "proven");
}

TEST(MetadataVerdicts, AByQueryRequestThatNoNumberIsLeftForChangedNothing) {
  const json verdict = VerdictOf(Source()
                                     .Puts("1", 0)
                                     .Unanswered("POST", "/idx/_update_by_query", "{}")
                                     .Waits(10 * kNsPerSecond)
                                     .Puts("3", 1));
  EXPECT_EQ(verdict["verdict"], "not_committed");
}

TEST(MetadataVerdicts, OfTwoByQueryRequestsThatMayHaveTakenANumberNothingIsSaid) {
  const TemporaryFolder folder;
  const std::string log =
      Source()
          .Puts("1", 0)
          .Unanswered("POST", "/idx/_update_by_query", "{}")
          .Unanswered("POST", "/idx/_delete_by_query", R"({"query":{"match_all":{}}})")
          .Waits(10 * kNsPerSecond)
          .Puts("3", 2)
          .RecordedInto(folder);
  const test_support::Outcome outcome =
      test_support::Trafrec({"reconcile", log, "--dialect", "search"});
  EXPECT_THAT(outcome.out, HasSubstr("       2  unknown\n"));
}

}  // namespace
}  // namespace trafrec::tools
