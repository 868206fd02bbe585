#include "replay/compare/search_answer_compare.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace trafrec::compare {
namespace {

using Asked = dialect::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Words(Asked kind, std::string_view source, std::string_view target) {
  const json::Tree a = json::Tree::Parse(source).value();
  const json::Tree b = json::Tree::Parse(target).value();
  std::vector<std::string> words;
  for (const Difference& each : CompareSearchAnswers(kind, a, b).found) {
    words.push_back(InWords(each));
  }
  return words;
}

std::string Answer(std::string_view total,
                   const std::vector<std::pair<std::string, double>>& hits) {
  std::string text = R"({"hits":{"total":)" + std::string(total) + R"(,"hits":[)";
  for (const auto& [id, score] : hits) {
    text += std::string(text.ends_with('[') ? "" : ",") + R"({"_index":"i","_id":")" + id +
            R"(","_score":)" + std::to_string(score) + "}";
  }
  return text + "]}}";
}

std::vector<std::string> Searched(std::string_view source, std::string_view target) {
  return Words(Asked::kSearch, source, target);
}

TEST(CompareSearchAnswers, TellsWhichHitsBothSidesHave) {
  EXPECT_THAT(Searched(Answer("3", {{"a", 3}, {"b", 2}, {"c", 1}}),
                       Answer("3", {{"b", 2}, {"c", 1}, {"d", 1}})),
              ElementsAre(R"(hits.hits: 2 of 3 in both; only at the source ["a"], only at the )"
                          R"(target ["d"])"));
}

TEST(CompareSearchAnswers, TellsHowFarTheOrderIsTheSame) {
  EXPECT_THAT(Words(Asked::kSearch,
                    R"({"hits":{"hits":[{"_index":"i","_id":"a","sort":[1]},
                        {"_index":"i","_id":"b","sort":[2]},{"_index":"i","_id":"c","sort":[3]}]}})",
                    R"({"hits":{"hits":[{"_index":"i","_id":"b","sort":[2]},
                        {"_index":"i","_id":"a","sort":[1]},{"_index":"i","_id":"c","sort":[3]}]}})"),
              ElementsAre(R"(hits.hits: all 3 in both, order correlates 0.33; in the order )"
                          R"(["a","b","c"] at the source, ["b","a","c"] at the target)"));
}

TEST(CompareSearchAnswers, TheOrderOfHitsThatSortAlikeIsChance) {
  EXPECT_THAT(Searched(Answer("3", {{"a", 2}, {"b", 2}, {"c", 1}}),
                       Answer("3", {{"b", 2}, {"a", 2}, {"c", 1}})),
              IsEmpty());
}

TEST(CompareSearchAnswers, WhichOfManyThatSortAlikeEndACutListIsChance) {
  const std::string source = Answer("9", {{"a", 2}, {"b", 1}, {"c", 1}});
  EXPECT_THAT(Searched(source, Answer("9", {{"a", 2}, {"c", 1}, {"d", 1}})), IsEmpty());
}

TEST(CompareSearchAnswers, OfAListThatIsNotCutItIsNot) {
  EXPECT_THAT(Searched(Answer("2", {{"a", 2}, {"b", 1}}), Answer("2", {{"a", 2}, {"c", 1}})),
              testing::SizeIs(1));
}

TEST(CompareSearchAnswers, ATotalAsANumberIsComparedByItsValue) {
  EXPECT_THAT(Searched(Answer("5", {}), Answer(R"({"value":5,"relation":"eq"})", {})),
              ElementsAre("hits.total: a number (5) at the source, an object at the target"));
  EXPECT_THAT(Searched(Answer("6", {}), Answer(R"({"value":5,"relation":"eq"})", {})),
              ElementsAre("hits.total: a number (6) at the source, an object at the target",
                          "hits.total.value: 6 at the source, 5 at the target (-16.7%)"));
}

TEST(CompareSearchAnswers, ATotalOfAtLeastSoManyDoesNotContradictAHigherNumber) {
  EXPECT_THAT(Searched(Answer("12000", {}), Answer(R"({"value":10000,"relation":"gte"})", {})),
              testing::SizeIs(1));
  EXPECT_THAT(Searched(Answer("9000", {}), Answer(R"({"value":10000,"relation":"gte"})", {})),
              testing::SizeIs(2));
}

TEST(CompareSearchAnswers, BucketsArePairedByTheirKeys) {
  EXPECT_THAT(
      Searched(R"({"aggregations":{"by":{"buckets":[{"key":"x","doc_count":3,"m":{"value":1}},
                   {"key":"y","doc_count":2}]}}})",
               R"({"aggregations":{"by":{"buckets":[{"key":"y","doc_count":2},
                   {"key":"x","doc_count":4,"m":{"value":2}},{"key":"z","doc_count":1}]}}})"),
      ElementsAre(
          R"(aggregations.by.buckets: 2 in both, of 2 at the source and 3 at the target, )"
          R"(order correlates -1.00; only at the target ["z"])",
          "aggregations.by.buckets[0].doc_count: 3 at the source, 4 at the target (+33.3%)",
          "aggregations.by.buckets[0].m.value: 1 at the source, 2 at the target (+100.0%)"));
}

TEST(CompareSearchAnswers, BucketsWithinBucketsArePairedToo) {
  EXPECT_THAT(
      Searched(R"({"aggregations":{"a":{"buckets":[{"key":1,"b":{"buckets":[{"key":"x"}]}}]}}})",
               R"({"aggregations":{"a":{"buckets":[{"key":1.0,"b":{"buckets":[{"key":"y"}]}}]}}})"),
      ElementsAre(R"(aggregations.a.buckets[0].b.buckets: 0 of 1 in both; only at the source )"
                  R"(["x"], only at the target ["y"])"));
}

TEST(CompareSearchAnswers, OptionsOfSuggestionsArePairedByTheirText) {
  EXPECT_THAT(
      Searched(R"({"suggest":{"s":[{"text":"helo","options":[{"text":"hello","score":0.8},
                           {"text":"help","score":0.7}]}]}})",
               R"({"suggest":{"s":[{"text":"helo","options":[{"text":"help","score":0.7}]}]}})"),
      ElementsAre(R"(suggest.s[0].options: 1 in both, of 2 at the source and 1 at the )"
                  R"(target; only at the source ["hello"])"));
}

TEST(CompareSearchAnswers, WhatADocumentHoldsIsNoListOfHits) {
  EXPECT_THAT(
      Searched(
          R"({"hits":{"hits":[{"_index":"i","_id":"a","_source":{"buckets":[{"key":"x"}]}}]}})",
          R"({"hits":{"hits":[{"_index":"i","_id":"a","_source":{"buckets":[{"key":"y"}]}}]}})"),
      ElementsAre(R"(hits.hits[0]._source.buckets[0].key: "x" at the source, "y" at the target)"));
}

TEST(CompareSearchAnswers, AnErrorOnOneSideIsOneDifference) {
  EXPECT_THAT(Searched(R"({"took":1,"hits":{"total":1,"hits":[]}})",
                       R"({"error":{"type":"parsing_exception","reason":"no"},"status":400})"),
              ElementsAre(R"(error: not at the source, {"type":"parsing_exception","reason":"no"} )"
                          R"(at the target)"));
}

TEST(CompareSearchAnswers, ItemsOfABulkArePairedByPlace) {
  EXPECT_THAT(
      Words(Asked::kBulk,
            R"({"items":[{"index":{"_index":"i","_id":"1","status":201,"result":"created"}},
                {"index":{"_index":"i","_id":"2","status":201}}]})",
            R"({"items":[{"index":{"_index":"i","_id":"9","status":201,"result":"created"}},
                {"index":{"_index":"i","_id":"2","status":400,"error":{"type":"x"}}}]})"),
      ElementsAre(R"(items[0].index._id: "1" at the source, "9" at the target)",
                  "items[1].index.status: 201 at the source, 400 at the target (+99.0%)",
                  R"(items[1].index.error: not at the source, {"type":"x"} at the target)"));
}

TEST(CompareSearchAnswers, DocumentsOfAMultiGetArePairedByPlace) {
  EXPECT_THAT(Words(Asked::kMultiGet,
                    R"({"docs":[{"_index":"i","_id":"1","found":true,"_source":{}},
                        {"_index":"i","_id":"1","found":true}]})",
                    R"({"docs":[{"_index":"i","_id":"1","found":false},
                        {"_index":"i","_id":"1","found":true}]})"),
              ElementsAre("docs[0].found: true at the source, false at the target"));
}

TEST(CompareSearchAnswers, EachAnswerOfAMultiSearchIsAnAnswer) {
  EXPECT_THAT(
      Words(
          Asked::kMultiSearch,
          R"({"responses":[{"hits":{"total":1,"hits":[{"_index":"i","_id":"a"}]}},{"error":{"type":"x"}}]})",
          R"({"responses":[{"hits":{"total":1,"hits":[]}},{"error":{"type":"y"},"status":400}]})"),
      ElementsAre(R"(responses[0].hits.hits: 0 in both, of 1 at the source and 0 at the target; )"
                  R"(only at the source ["a"])",
                  R"(responses[1].error.type: "x" at the source, "y" at the target)"));
}

}  // namespace
}  // namespace trafrec::compare
