#include "reconcile/history/selection.h"

#include <gtest/gtest.h>

#include <optional>

namespace trafrec::reconcile {
namespace {

const std::string kCreation =
    R"({"mappings":{"properties":{"grp":{"type":"keyword"},"text":{"type":"text"}}}})";

Match Found(const std::string& query, const Content& content) {
  const std::optional<Mapping> mapping = Mapping::OfCreation(kCreation);
  return Selection::OfBody(R"({"query":)" + query + "}", &*mapping).Finds("d1", content);
}

Content ContentOf(const std::string& source) {
  Content content;
  content.Apply(ReplacingChange(BodyTree(source).get()));
  return content;
}

TEST(Selection, FindsByTheValueOfAKeyword) {
  EXPECT_EQ(Found(R"({"term":{"grp":"a"}})", ContentOf(R"({"grp":"a"})")), Match::kYes);
  EXPECT_EQ(Found(R"({"term":{"grp":{"value":"a"}}})", ContentOf(R"({"grp":["b","a"]})")),
            Match::kYes);
  EXPECT_EQ(Found(R"({"terms":{"grp":["b","c"]}})", ContentOf(R"({"grp":"a"})")), Match::kNo);
  EXPECT_EQ(Found(R"({"term":{"grp":"a"}})", ContentOf("{}")), Match::kNo);
}

TEST(Selection, MayFindAnythingByTheWordsOfAText) {
  EXPECT_EQ(Found(R"({"term":{"text":"a"}})", ContentOf(R"({"text":"b"})")), Match::kMaybe);
  EXPECT_EQ(Found(R"({"match":{"grp":"a"}})", ContentOf(R"({"grp":"b"})")), Match::kMaybe);
}

TEST(Selection, KnowsNothingOfAFieldThatAScriptNames) {
  Content content = ContentOf(R"({"grp":"b"})");
  content.Apply({.how = Change::How::kScripts, .script = "ctx._source.count += 1"});
  EXPECT_EQ(Found(R"({"term":{"grp":"a"}})", content), Match::kNo);
  content.Apply({.how = Change::How::kScripts, .script = "ctx._source.grp = params.g"});
  EXPECT_EQ(Found(R"({"term":{"grp":"a"}})", content), Match::kMaybe);
}

TEST(Selection, KnowsNothingOfAnUnknownSource) {
  EXPECT_EQ(Found(R"({"term":{"grp":"a"}})", Content{}), Match::kMaybe);
}

TEST(Selection, CombinesClausesWithoutSayingMoreThanTheyDo) {
  const Content a = ContentOf(R"({"grp":"a"})");
  EXPECT_EQ(Found(R"({"bool":{"must_not":[{"term":{"grp":"a"}}]}})", a), Match::kNo);
  EXPECT_EQ(Found(R"({"bool":{"filter":{"term":{"grp":"b"}},"must":{"match":{"text":"x"}}}})", a),
            Match::kNo);
  EXPECT_EQ(Found(R"({"bool":{"should":[{"term":{"grp":"b"}},{"match":{"text":"x"}}]}})", a),
            Match::kMaybe);
  EXPECT_EQ(Found(R"({"ids":{"values":["d2"]}})", a), Match::kNo);
}

TEST(Selection, WhatMayHaveBeenPutOverAnUnknownValueDoesNotTellIt) {
  Content content;  // of a document of which one update is known
  content.Apply(UpdatingChange(BodyTree(R"({"doc":{"text":"x"}})").get()));
  content.fields = ContentOf(R"({"text":"x"})").fields;
  content.MayApply(UpdatingChange(BodyTree(R"({"doc":{"grp":"b"}})").get()));
  EXPECT_EQ(Found(R"({"term":{"grp":"a"}})", content), Match::kMaybe);
  EXPECT_EQ(Found(R"({"bool":{"must_not":[{"term":{"grp":"a"}}]}})", content), Match::kMaybe);
}

TEST(Selection, AValueThatOnlyMayBeThereIsFoundPerhaps) {
  Content content = ContentOf(R"({"grp":"a"})");
  content.MayApply(ReplacingChange(BodyTree(R"({"grp":"b"})").get()));
  EXPECT_EQ(Found(R"({"term":{"grp":"a"}})", content), Match::kMaybe);
  EXPECT_EQ(Found(R"({"term":{"grp":"c"}})", content), Match::kNo);
  EXPECT_EQ(Found(R"({"bool":{"must_not":[{"term":{"grp":"b"}}]}})", content), Match::kMaybe);
}

}  // namespace
}  // namespace trafrec::reconcile
