#include <gmock/gmock.h>

#include "tests/replay/dialect/understood.h"

namespace trafrec::dialect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Keys(std::string_view line, std::string_view body = {}) {
  return KeysOf(Understood(line, body));
}

TEST(SearchDocument, IsNamedByItsPath) {
  EXPECT_THAT(Keys("PUT /a/_doc/1?routing=r"), ElementsAre("w doc a/1@r"));
  EXPECT_THAT(Keys("DELETE /a/_doc/x%2Fy"), ElementsAre("w doc a/x/y"));
  EXPECT_THAT(Keys("GET /a/_source/1"), ElementsAre("r doc a/1"));
  EXPECT_THAT(Keys("HEAD /a/_doc/1"), ElementsAre("r doc a/1"));
}

TEST(SearchDocument, OldPathsHaveATypeInThem) {
  const Meaning meaning = Understood("PUT /a/t/1");
  EXPECT_EQ(meaning.api, "index");
  EXPECT_EQ(meaning.operations[0].type, "t");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w doc a/1"));
  EXPECT_EQ(Understood("POST /a/t/1/_update", "{}").kind, Kind::kUpdate);
  EXPECT_EQ(Understood("PUT /a/t/1/_create", "{}").kind, Kind::kCreate);
}

TEST(SearchDocument, WithoutAnIdGetsOneAndAdds) {
  const Operation operation = Understood("POST /a/_doc", "{}").operations[0];
  EXPECT_TRUE(operation.writing.automatic_id);
  EXPECT_EQ(operation.repeat, Repeat::kAdds);
}

TEST(SearchDocument, AConditionMakesARepetitionHarmless) {
  const Operation operation =
      Understood("POST /a/_update/1?if_seq_no=3&if_primary_term=1", "{\"script\":\"x\"}")
          .operations[0];
  EXPECT_EQ(operation.writing.condition.if_seq_no, 3);
  EXPECT_EQ(operation.repeat, Repeat::kIdempotent);
}

TEST(SearchDocument, OpTypeCreateIsACreate) {
  EXPECT_EQ(Understood("PUT /a/_doc/1?op_type=create", "{}").kind, Kind::kCreate);
}

TEST(SearchDocument, AnUpdateThatCannotBeReadMayBeAScript) {
  const Meaning meaning = Understood("POST /a/_update/1", "{\"scr");
  EXPECT_EQ(meaning.operations[0].repeat, Repeat::kAdds);
  EXPECT_THAT(meaning.trouble, HasSubstr("update"));
}

TEST(SearchDocument, RefreshWithoutAValueIsTrue) {
  EXPECT_EQ(Understood("PUT /a/_doc/1?refresh", "{}").refresh, "true");
  EXPECT_EQ(Understood("PUT /a/_doc/1?refresh=wait_for", "{}").refresh, "wait_for");
}

TEST(MultiGet, EveryElementIsARead) {
  EXPECT_THAT(Keys("POST /a/_mget", R"({"docs":[{"_id":"1"},{"_index":"b","_id":"2"}]})"),
              ElementsAre("r doc a/1", "r doc b/2"));
  EXPECT_THAT(Keys("GET /a/_mget", R"({"ids":["1",2]})"), ElementsAre("r doc a/1", "r doc a/2"));
}

TEST(MultiGet, WhatCannotBeReadReadsEverything) {
  EXPECT_THAT(Keys("GET /a/_mget", "{\"ids\":"), ElementsAre("r index *"));
}

TEST(SearchRequest, ReadsTheIndicesOfItsPath) {
  EXPECT_THAT(Keys("GET /_search"), ElementsAre("r index *"));
  EXPECT_THAT(Keys("POST /a,b-*/_search?scroll=1m", "{}"), ElementsAre("r index a", "r index b-*"));
  EXPECT_THAT(Keys("GET /%3Clogs-%7Bnow%2Fd%7D%3E/_count"), ElementsAre("r index logs-*"));
}

TEST(SearchRequest, ThatLooksDocumentsUpInAnotherIndexReadsEverything) {
  EXPECT_THAT(
      Keys("POST /a/_search", R"({"query":{"terms":{"u":{"index":"b","id":"1","path":"p"}}}})"),
      ElementsAre("r index *"));
}

TEST(SearchRequest, InAPointInTimeReadsThat) {
  EXPECT_THAT(Keys("POST /_search", R"({"pit":{"id":"abc=","keep_alive":"1m"}})"),
              ElementsAre("r context abc="));
}

TEST(MultiSearch, EveryPairOfLinesIsASearch) {
  const Meaning meaning =
      Understood("POST /a/_msearch", "\n{}\n{\"size\":1}\n{\"index\":[\"b\",\"c\"]}\n{}\n\n{}\n");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("r index a", "r index b", "r index c", "r index a"));
  EXPECT_EQ(meaning.operations.size(), 3U);
}

TEST(Context, TheNextPageMovesTheScroll) {
  const Meaning meaning = Understood("POST /_search/scroll", R"({"scroll_id":"s1"})");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w context s1"));
  EXPECT_EQ(meaning.operations[0].repeat, Repeat::kAdds);
  EXPECT_FALSE(meaning.mutation);
}

TEST(Context, IdsStandInPathQueryOrBody) {
  EXPECT_THAT(Keys("DELETE /_search/scroll/a,b"), ElementsAre("w context a", "w context b"));
  EXPECT_THAT(Keys("GET /_search/scroll?scroll_id=a"), ElementsAre("w context a"));
  EXPECT_THAT(Keys("DELETE /_search/scroll", R"({"scroll_id":["a","b"]})"),
              ElementsAre("w context a", "w context b"));
  EXPECT_THAT(Keys("DELETE /_search/scroll/_all"), ElementsAre("w context *"));
  EXPECT_THAT(Keys("DELETE /_pit", R"({"id":"p"})"), ElementsAre("w context p"));
  EXPECT_THAT(Keys("GET /_tasks/n:1"), ElementsAre("r context n:1"));
}

TEST(Context, TooManyIdsAreAll) {
  std::string body = "{\"scroll_id\":[\"x\"";
  for (int i = 0; i < 256; ++i) {
    body += ",\"s\"";
  }
  EXPECT_THAT(Keys("DELETE /_search/scroll", body + "]}"), ElementsAre("w context *"));
}

TEST(ByQuery, WritesItsIndices) {
  const Meaning meaning = Understood("POST /a,b/_delete_by_query", "{}");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w index a", "w index b"));
  EXPECT_EQ(meaning.operations[0].repeat, Repeat::kIdempotent);
  EXPECT_EQ(Understood("POST /a/_update_by_query", R"({"script":{}})").operations[0].repeat,
            Repeat::kAdds);
}

TEST(Reindex, ReadsItsSourceAndWritesItsDestination) {
  EXPECT_THAT(Keys("POST /_reindex", R"({"source":{"index":["a","b"]},"dest":{"index":"c"}})"),
              ElementsAre("r index a", "r index b", "w index c"));
}

TEST(Reindex, FromAnotherClusterReadsNothingHere) {
  EXPECT_THAT(Keys("POST /_reindex",
                   R"({"source":{"remote":{"host":"http://x"},"index":"a"},"dest":{"index":"c"}})"),
              ElementsAre("w index c"));
}

TEST(Reindex, WithAScriptMayWriteAnyIndex) {
  EXPECT_THAT(
      Keys("POST /_reindex", R"({"source":{"index":"a"},"dest":{"index":"c"},"script":{}})"),
      ElementsAre("r index a", "w index *"));
}

TEST(IndexAdmin, WritesWhatPathAndBodyName) {
  EXPECT_THAT(Keys("PUT /a", R"({"aliases":{"b":{}}})"),
              ElementsAre("w index a", "w index b", "w state"));
  EXPECT_THAT(Keys("DELETE /a,b"), ElementsAre("w index a", "w index b", "w state"));
  EXPECT_THAT(Keys("PUT /a/_alias/b"), ElementsAre("w index a", "w index b", "w state"));
  EXPECT_THAT(Keys("POST /a/_shrink/b"), ElementsAre("w index a", "w index b", "w state"));
  EXPECT_THAT(Keys("PUT /_settings", "{}"), ElementsAre("w index *", "w state"));
}

TEST(IndexAdmin, AliasActionsNameTheirIndices) {
  EXPECT_THAT(Keys("POST /_aliases", R"({"actions":[{"add":{"index":"a","alias":"c"}},
                                        {"remove_index":{"index":"b"}}]})"),
              ElementsAre("w index a", "w index c", "w index b", "w state"));
}

TEST(IndexAdmin, TooManyActionsWriteAllIndices) {
  std::string body = "{\"actions\":[{}";
  for (int i = 0; i < 257; ++i) {
    body += ",{\"remove_index\":{\"index\":\"a" + std::to_string(i) + "\"}}";
  }
  EXPECT_THAT(Keys("POST /_aliases", body + "]}"), ElementsAre("w index *", "w state"));
}

TEST(IndexAdmin, ARolloverThatIsOnlyTriedIsNoMutation) {
  EXPECT_TRUE(Understood("POST /a/_rollover").mutation);
  EXPECT_FALSE(Understood("POST /a/_rollover?dry_run").mutation);
}

TEST(Admin, WritesTheCluster) {
  EXPECT_THAT(Keys("PUT /_index_template/t", "{}"), ElementsAre("w cluster"));
  EXPECT_THAT(Keys("PUT /_ingest/pipeline/p", "{}"), ElementsAre("w cluster"));
  EXPECT_THAT(Keys("POST /_snapshot/r/s/_restore"), ElementsAre("w cluster"));
}

TEST(Inspect, MonitoringOrdersNoDocuments) {
  EXPECT_THAT(Keys("GET /_cat/indices?v"), ElementsAre("r state"));
  EXPECT_THAT(Keys("GET /_cluster/health"), ElementsAre("r state"));
}

TEST(Inspect, AskingForAnIndexWaitsForIt) {
  EXPECT_THAT(Keys("HEAD /a"), ElementsAre("r state", "r index a"));
  EXPECT_THAT(Keys("GET /a/_mapping"), ElementsAre("r state", "r index a"));
}

TEST(Refresh, IsOrderedLikeAWriteButIsNoMutation) {
  const Meaning meaning = Understood("POST /a/_refresh");
  EXPECT_THAT(KeysOf(meaning), ElementsAre("w index a"));
  EXPECT_FALSE(meaning.mutation);
}

TEST(IndicesOf, NamesEachOnce) {
  const Meaning meaning =
      Understood("POST /a/_bulk",
                 "{\"index\":{}}\n{}\n{\"index\":{\"_index\":\"b\"}}\n{}\n{\"index\":{}}\n{}\n");
  EXPECT_THAT(IndicesOf(meaning), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace trafrec::dialect
