#include "reconcile/source/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace trafrec::reconcile {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// For documents 1, 2, …
std::vector<DocumentQuestion> Asked(size_t count) {
  std::vector<DocumentQuestion> questions;
  for (size_t i = 1; i <= count; ++i) {
    questions.push_back({"a", std::to_string(i)});
  }
  return questions;
}

TEST(ReadDocuments, TellsFoundMissingAndRefusedApart) {
  const auto read = ReadDocuments(R"({"docs":[
      {"_index":"a","_id":"1","_version":3,"_seq_no":7,"_primary_term":2,"_routing":"r","found":true,
       "_source":{"n": 1.0 }},
      {"_index":"a","_id":"2","found":false},
      {"_index":"b","_id":"3","error":{"type":"index_not_found_exception","reason":"no such index [b]"}}
      ]})",
                                  Asked(3));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ((*read)[0].kind, DocumentState::Kind::kFound);
  EXPECT_EQ((*read)[0].version, 3);
  EXPECT_EQ((*read)[0].seq_no, 7);
  EXPECT_EQ((*read)[0].primary_term, 2);
  EXPECT_EQ((*read)[0].routing, "r");
  EXPECT_EQ((*read)[0].source, R"({"n": 1.0 })");
  EXPECT_EQ((*read)[1].kind, DocumentState::Kind::kMissing);
  EXPECT_EQ((*read)[2].kind, DocumentState::Kind::kRefused);
  EXPECT_EQ((*read)[2].reason, "index_not_found_exception: no such index [b]");
}

TEST(ReadDocuments, AnotherNumberThanAskedForIsAnError) {
  EXPECT_FALSE(ReadDocuments(R"({"docs":[]})", Asked(1)));
  EXPECT_FALSE(ReadDocuments("{}", Asked(1)));
}

TEST(ReadDocuments, AnotherDocumentThanAskedForIsAnError) {
  const auto read = ReadDocuments(R"({"docs":[{"_index":"a","_id":"2","found":false}]})", Asked(1));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().what, HasSubstr("asked for document 1 and answers with 2"));
}

TEST(ReadDocuments, WhatDoesNotSayWhetherItIsThereIsNotMissing) {
  const auto read = ReadDocuments(R"({"docs":[{"_index":"a","_id":"1"}]})", Asked(1));
  EXPECT_EQ(read->at(0).kind, DocumentState::Kind::kRefused);
}

constexpr std::string_view kHit =
    R"({"timed_out":false,"_shards":{"total":1,"successful":1,"failed":0},"hits":{"hits":[
      {"_id":"x","_version":1,"_seq_no":9,"_primary_term":1,"_source":{}}]}})";

TEST(ReadHits, GivesTheNumbersOfEachDocument) {
  const auto read = ReadHits(kHit);
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->at(0).id, "x");
  EXPECT_EQ(read->at(0).seq_no, 9);
}

TEST(ReadHits, ASearchThatDidNotSeeTheShardIsAnError) {
  for (const std::pair<std::string, std::string>& change :
       {std::pair<std::string, std::string>{"\"successful\":1", "\"successful\":0"},
        {"\"failed\":0", "\"failed\":1"},
        {"\"timed_out\":false", "\"timed_out\":true"},
        {"\"_seq_no\":9,", ""}}) {
    std::string answer(kHit);
    answer.replace(answer.find(change.first), change.first.size(), change.second);
    EXPECT_FALSE(ReadHits(answer)) << change.second;
  }
}

TEST(ReadPositions, GivesEachCopy) {
  const auto read = ReadPositions(R"({"indices":{"a":{"uuid":"X","shards":{
      "0":[{"routing":{"primary":true},"seq_no":{"max_seq_no":5,"local_checkpoint":4,"global_checkpoint":3}},
           {"routing":{"primary":false},"seq_no":{"max_seq_no":5,"local_checkpoint":2,"global_checkpoint":2}}],
      "1":[{"routing":{"primary":true}}]}}}})");
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).index_uuid, "X");
  EXPECT_TRUE(read->at(0).primary);
  EXPECT_EQ(read->at(0).max_seq_no, 5);
  EXPECT_EQ(read->at(1).local_checkpoint, 2);
}

TEST(ReadTasks, GivesWhatRuns) {
  const auto read = ReadTasks(R"({"nodes":{"N":{"name":"n","tasks":{"N:7":{"node":"N","id":7,
      "action":"indices:data/write/bulk","description":"requests[3]","start_time_in_millis":12,
      "running_time_in_nanos":34}}}}})");
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->at(0).id, "N:7");
  EXPECT_EQ(read->at(0).action, "indices:data/write/bulk");
  EXPECT_EQ(read->at(0).started_ms, 12);
}

TEST(ReadTasks, OfWhichANodeSaysNothingIsAnError) {
  EXPECT_FALSE(ReadTasks(R"({"node_failures":[{}],"nodes":{}})"));
}

TEST(ReadAddresses, GivesWhereNodesListen) {
  const auto read = ReadAddresses(R"({"nodes":{"N":{"http":{"bound_address":["[::]:9200"],)"
                                  R"("publish_address":"10.0.0.2:9200"}}}})");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(*read, (std::set<std::string>{"10.0.0.2:9200", "[::]:9200"}));
}

TEST(ReadIdentity, KnowsBothProducts) {
  const auto read = ReadIdentity(
      R"({"cluster_uuid":"U","version":{"distribution":"opensearch","number":"2.19.1"}})");
  EXPECT_EQ(read->product, "opensearch");
  EXPECT_EQ(ReadIdentity(R"({"cluster_uuid":"U","version":{"number":"6.8.9"}})")->product,
            "elasticsearch");
}

TEST(Answers, ThatAreNoneOfTheSourceAreErrors) {
  for (const std::string_view text : {"", "<html>", "[]", "{}", "7", "{\"docs\":7}"}) {
    EXPECT_FALSE(ReadIdentity(text)) << text;
    EXPECT_FALSE(ReadDocuments(text, Asked(1))) << text;
    EXPECT_FALSE(ReadHits(text)) << text;
    EXPECT_FALSE(ReadPositions(text)) << text;
    EXPECT_FALSE(ReadTasks(text)) << text;
    EXPECT_FALSE(ReadAddresses(text)) << text;
    EXPECT_THAT(ReasonIn(text), IsEmpty()) << text;
  }
}

}  // namespace
}  // namespace trafrec::reconcile
