#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reconcile/routing/index_routing.h"
#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/reconcile/verdict_of.h"
#include "tests/tools/run_trafrec.h"

// What an answer shows that names a document's number, and not what is there.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::SourceLog;
using test_support::VerdictOf;

std::string Deleted(const char* result, int version, int seq_no) {
  return R"({"_index":"idx","_type":"_doc","_id":"1","_version":)" + std::to_string(version) +
         R"(,"result":")" + result + R"(","_seq_no":)" + std::to_string(seq_no) +
         R"(,"_primary_term":1})";
}

/// A write under a condition that the document's number does not meet.
SourceLog& IsRefused(SourceLog& source, int seq_no) {
  return source.Exchange(
      "PUT", "/idx/_doc/1?if_seq_no=0&if_primary_term=1", R"({"a":1})", "409 Conflict",
      R"({"error":{"type":"version_conflict_engine_exception","reason":"[_doc][1]: version )"
      R"(conflict, required seqNo [0], primary term [1]. current document has seqNo [)" +
          std::to_string(seq_no) + R"(] and primary term [1]"},"status":409})");
}

TEST(NumberSights, AConflictNamesTheNumberOfADeletionToo) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Exchange("DELETE", "/idx/_doc/1", "", "200 OK", Deleted("deleted", 2, 1))
      .Unanswered("DELETE", "/idx/_doc/1", "")
      .Waits(10 * kNsPerSecond);
  IsRefused(source, 2).Puts("2", 3);
  EXPECT_EQ(VerdictOf(source)["verdict"], "committed");
}

TEST(NumberSights, AMissingMutationIsNotInsertedWhereNothingShowsWhatItLeft) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Unanswered("PUT", "/idx/_doc/5", R"({"a":5})")
      .Exchange("GET", "/idx/_settings", "", "200 OK",
                R"({"idx":{"settings":{"index":{"uuid":"U9","number_of_shards":"1"}}}})")
      .Exchange("GET", "/idx/_doc/9?_source=false", "", "200 OK",
                R"({"_index":"idx","_type":"_doc","_id":"9","_version":1,"_seq_no":1,)"
                R"("_primary_term":1,"found":true})")
      .Puts("2", 2);
  const test_support::TemporaryFolder folder;
  const std::string overlay = folder / "overlay.sqlite";
  const test_support::Outcome outcome = test_support::Trafrec(
      {"reconcile", source.RecordedInto(folder), "--dialect", "search", "-o", overlay});
  EXPECT_THAT(outcome.out, testing::HasSubstr("1 mutations of the source are not in the log"))
      << outcome.err;
  EXPECT_THAT(test_support::Trafrec({"overlay", overlay, "list", "--json"}).out,
              testing::Not(testing::HasSubstr("insert")));
}

/// The first ids of a shard of an index of two, made by 7.10.2.
std::vector<std::string> IdsOn(uint32_t shard, size_t count) {
  const reconcile::IndexRouting index{.shards = 2, .routing_shards = 1024};
  std::vector<std::string> ids;
  for (int i = 0; ids.size() < count; ++i) {
    if (reconcile::ShardOf(index, std::to_string(i), "") == shard) {
      ids.push_back(std::to_string(i));
    }
  }
  return ids;
}

TEST(NumberSights, WhatIsSeenOfOneShardSaysNothingOfABulksItemsOnAnother) {
  const std::vector<std::string> here = IdsOn(0, 2);
  const std::vector<std::string> there = IdsOn(1, 4);
  const auto item = [](const std::string& id, const std::string& source) {
    return R"({"index":{"_index":"idx","_id":")" + id + "\"}}\n" + source + "\n";
  };
  SourceLog source;
  source.AsksWho()
      .Exchange("PUT", "/idx", R"({"settings":{"index":{"number_of_shards":2}}})", "200 OK",
                R"({"acknowledged":true,"shards_acknowledged":true,"index":"idx"})")
      .Puts(here[0], 0)
      .Puts(there[0], 0)
      .Unanswered(
          "POST", "/_bulk",
          item(here[1], R"({"a":"a text of its own"})") + item(there[1], R"({"a":"another one"})"))
      .Exchange("GET", "/idx/_doc/" + here[1], "", "200 OK",
                R"({"_index":"idx","_type":"_doc","_id":")" + here[1] +
                    R"(","_version":1,"_seq_no":1,"_primary_term":1,"found":true,)"
                    R"("_source":{"a":"a text of its own"}})")
      // Number 2 of the other shard was taken after that.
      .Puts(there[2], 1)
      .Puts(there[3], 3);
  const test_support::TemporaryFolder folder;
  const test_support::Outcome outcome =
      test_support::Trafrec({"reconcile", source.RecordedInto(folder), "--dialect", "search"});
  EXPECT_THAT(outcome.out, testing::HasSubstr("2  committed\n"));
}

TEST(NumberSights, WhatOthersChangedLaterDoesNotShowWhatWasPutThereFirst) {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Unanswered("POST", "/idx/_doc", R"({"w":"first"})")
      .Waits(10 * kNsPerSecond)
      .Exchange("POST", "/idx/_update_by_query",
                R"({"script":{"source":"ctx._source.w = params.w","params":{"w":"second"}}})",
                "200 OK",
                R"({"total":1,"updated":1,"created":0,"deleted":0,"noops":0,"failures":[]})")
      .Waits(10 * kNsPerSecond)
      .Exchange("POST", "/idx/_search", R"({"seq_no_primary_term":true,"version":true})", "200 OK",
                R"({"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[{"_index":"idx",)"
                R"("_id":"aaaaaaaaaaaaaaaaaaaa","_version":2,"_seq_no":1,"_primary_term":1,)"
                R"("_source":{"w":"second"}}]}})")
      .Puts("3", 2);
  EXPECT_EQ(VerdictOf(source)["verdict"], "committed");
}

TEST(NumberSights, ANumberFarAheadLeavesItsIndexOpenAndTakesNoMemory) {
  SourceLog source;
  source.AsksWho().MakesIndex().Puts("1", 0).Unanswered("PUT", "/idx/_doc/2", "{}");
  source.Puts("3", 2'000'000'000).Waits(10 * kNsPerSecond);
  const json verdict = VerdictOf(source.Exchange("GET", "/_cat/health", "", "200 OK", "{}"));
  EXPECT_EQ(verdict["verdict"], "unknown");
}

}  // namespace
}  // namespace trafrec::tools
