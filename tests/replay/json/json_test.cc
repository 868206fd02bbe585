#include <gmock/gmock.h>

#include "replay/json/json_patch.h"
#include "replay/json/json_tree.h"
#include "replay/json/limits.h"

namespace trafrec::json {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// What becomes of an object without these members.
std::string Without(std::string_view text, const std::vector<std::string>& keys) {
  const Tree tree = Tree::Parse(text).value();
  Patch patch(tree);
  std::vector<uint32_t> gone;
  for (const uint32_t child : tree.ChildrenOf(Tree::kRoot)) {
    for (const std::string& key : keys) {
      if (tree.KeyIs(child, key)) {
        gone.push_back(child);
      }
    }
  }
  patch.Remove(Tree::kRoot, gone);
  return patch.Apply();
}

TEST(JsonTree, KnowsThePlaceOfEachValue) {
  const Tree tree = Tree::Parse(R"( {"a": [1.0, "x"], "b" : {}} )").value();
  std::vector<std::string> texts;
  for (uint32_t node = 0; node < tree.size(); ++node) {
    texts.emplace_back(tree.TextOf(node));
  }
  EXPECT_THAT(
      texts, ElementsAre(R"({"a": [1.0, "x"], "b" : {}})", R"([1.0, "x"])", "1.0", R"("x")", "{}"));
}

TEST(JsonTree, FindsTheLastMemberOfAName) {
  const Tree tree = Tree::Parse(R"({"a":1,"\u0061":2,"b":{"a":3}})").value();
  EXPECT_EQ(tree.TextOf(*tree.Find(Tree::kRoot, "a")), "2");
  EXPECT_EQ(tree.Find(Tree::kRoot, "c"), std::nullopt);
}

TEST(JsonTree, ReadsStringsAndNumbersAsIds) {
  const Tree tree = Tree::Parse(R"(["\u00e9\n", 7, true, null, {}])").value();
  EXPECT_EQ(tree.ScalarOf(1), "é\n");
  EXPECT_EQ(tree.ScalarOf(2), "7");
  EXPECT_EQ(tree.ScalarOf(3), "true");
  EXPECT_EQ(tree.ScalarOf(4), std::nullopt);
  EXPECT_EQ(tree.ScalarOf(5), std::nullopt);
}

TEST(JsonTree, RefusesWhatIsNoJson) {
  for (const std::string_view text :
       {"",      " ",     "{",   "[1",      "[1,]",        "{\"a\"}", "{\"a\":}",
        "{a:1}", "[1 2]", "01",  "1.",      ".5",          "-",       "1e",
        "+1",    "tru",   "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\n\"",  "{}}",
        "1 2",   "[1}",   "{,}", "NaN",     "'a'"}) {
    EXPECT_FALSE(Tree::Parse(text)) << text;
  }
}

TEST(JsonTree, TakesEveryKindOfNumber) {
  for (const std::string_view text : {"0", "-0", "1.50", "1e400", "-1E-5", "9007199254740993"}) {
    EXPECT_EQ(Tree::Parse(text).value().type(Tree::kRoot), Type::kNumber) << text;
  }
}

TEST(JsonTree, SaysWhere) {
  EXPECT_EQ(Tree::Parse("{\"a\" 1}").error(), "byte 5 of the JSON: ':' is missing");
}

TEST(JsonTree, DepthHasABound) {
  const std::string deep(limits::kDepth, '[');
  const std::string deepest = deep + std::string(limits::kDepth, ']');
  const std::string deeper = "[" + deepest + "]";
  EXPECT_TRUE(Tree::Parse(deepest));
  EXPECT_THAT(Tree::Parse(deeper).error(), HasSubstr("nested too deeply"));
}

TEST(JsonPatch, TakesCommasOutWithTheirMembers) {
  constexpr auto kThree = R"({"a":1, "b":2 , "c":3})";
  EXPECT_EQ(Without(kThree, {"a"}), R"({"b":2 , "c":3})");
  EXPECT_EQ(Without(kThree, {"b"}), R"({"a":1 , "c":3})");
  EXPECT_EQ(Without(kThree, {"c"}), R"({"a":1, "b":2})");
  EXPECT_EQ(Without(kThree, {"a", "b"}), R"({"c":3})");
  EXPECT_EQ(Without(kThree, {"a", "c"}), R"({"b":2})");
  EXPECT_EQ(Without(kThree, {"b", "c"}), R"({"a":1})");
  EXPECT_EQ(Without(kThree, {"a", "b", "c"}), R"({})");
}

TEST(JsonPatch, LeavesAllOtherBytes) {
  const Tree tree = Tree::Parse("{ \"a\" : 1.0 ,\n\"a\": \"\\u00e9\", \"b\":[ ]}").value();
  Patch patch(tree);
  patch.Replace(1, "2");
  patch.Rename(3, "c\"");
  EXPECT_EQ(patch.Apply(), "{ \"a\" : 2 ,\n\"a\": \"\\u00e9\", \"c\\\"\":[ ]}");
}

TEST(JsonPatch, AppendsWithACommaIfAnythingIsLeft) {
  const Tree tree = Tree::Parse(R"({"a":{},"b":{"x":1},"c":{"x":1}})").value();
  Patch patch(tree);
  for (const uint32_t object : tree.ChildrenOf(Tree::kRoot)) {
    if (tree.KeyIs(object, "c")) {
      patch.Remove(object, tree.ChildrenOf(object));
    }
    patch.Append(object, "n", "0");
  }
  EXPECT_EQ(patch.Apply(), R"({"a":{"n":0},"b":{"x":1,"n":0},"c":{"n":0}})");
}

TEST(JsonPatch, WhatIsInsideOfAReplacedValueIsLost) {
  const Tree tree = Tree::Parse(R"([{"a":1},2])").value();
  Patch patch(tree);
  patch.Replace(2, "9");
  patch.Replace(1, "null");
  EXPECT_EQ(patch.Apply(), "[null,2]");
}

}  // namespace
}  // namespace trafrec::json
