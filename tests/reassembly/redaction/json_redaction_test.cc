#include <gmock/gmock.h>

#include "redaction_fixture.h"

namespace trafrec::reassembly {
namespace {

constexpr const char* kUnreadable = "(unreadable)";

std::string Redacted(std::string_view text, std::vector<std::string> pointers) {
  const auto redaction = MakeRedaction({.pointers = std::move(pointers)});
  SecretTokens tokens(redaction->key.bytes());
  JsonRedactor json(redaction->rules.pointers, tokens);
  std::string out;
  switch (json.Redact(text, out)) {
    case JsonRedactor::Outcome::kUnchanged:
      return std::string(text);
    case JsonRedactor::Outcome::kChanged:
      return out;
    case JsonRedactor::Outcome::kUnreadable:
      break;
  }
  return kUnreadable;
}

std::string Quoted(std::string_view secret) { return '"' + TokenOf(secret) + '"'; }

TEST(JsonRedaction, OneValueIsReplacedAndEveryOtherByteStays) {
  EXPECT_EQ(Redacted(R"( { "a" : 1.0e+1,"p": "s3cret" , "b":[9007199254740993 ] } )", {"/p"}),
            R"( { "a" : 1.0e+1,"p": )" + Quoted("s3cret") + R"( , "b":[9007199254740993 ] } )");
}

TEST(JsonRedaction, WhatNoPointerNamesIsUnchanged) {
  const std::string text = R"({"q":{"p":"x"},"P":"x","p ":"x"})";
  EXPECT_EQ(Redacted(text, {"/p"}), text);
}

TEST(JsonRedaction, ANumberBecomesAWholeNumberThatFitsAnInteger) {
  const std::string text = Redacted(R"({"p":-4929.50})", {"/p"});
  const std::string number = text.substr(5, text.size() - 6);
  EXPECT_EQ(number.find_first_not_of("0123456789"), std::string::npos) << text;
  EXPECT_LT(std::stoull(number), 1ULL << 31U);
  EXPECT_EQ(Redacted(R"({"p":-4929.50})", {"/p"}), text);
}

TEST(JsonRedaction, BooleansAndNullKeepTheirType) {
  EXPECT_EQ(Redacted(R"({"p":[true,false,null]})", {"/p"}), R"({"p":[false,false,null]})");
}

TEST(JsonRedaction, AllOfAnObjectIsReplacedItsNamesToo) {
  EXPECT_EQ(Redacted(R"({"p":{"k3y":["s3cret",{}]}})", {"/p"}),
            R"({"p":{)" + Quoted("k3y") + ":[" + Quoted("s3cret") + ",{}]}}");
}

TEST(JsonRedaction, AStarIsAnyMemberAndAnyElement) {
  EXPECT_EQ(Redacted(R"({"a":{"x":{"p":"s"},"y":{"p":"s","q":"t"}}})", {"/a/*/p"}),
            R"({"a":{"x":{"p":)" + Quoted("s") + R"(},"y":{"p":)" + Quoted("s") + R"(,"q":"t"}}})");
  EXPECT_EQ(Redacted(R"({"a":["s"]})", {"/a/*"}), R"({"a":[)" + Quoted("s") + "]}");
}

TEST(JsonRedaction, TwoStarsAreAnyDepth) {
  EXPECT_EQ(Redacted(R"({"p":"s","query":{"bool":{"must":[{"term":{"p":"s"}}]}}})", {"/**/p"}),
            R"({"p":)" + Quoted("s") + R"(,"query":{"bool":{"must":[{"term":{"p":)" + Quoted("s") +
                "}}]}}}");
}

TEST(JsonRedaction, AListIsSeveralValuesOfTheField) {
  EXPECT_EQ(Redacted(R"({"user":[{"p":"s"},{"p":"t"}]})", {"/user/p"}),
            R"({"user":[{"p":)" + Quoted("s") + R"(},{"p":)" + Quoted("t") + "}]}");
}

TEST(JsonRedaction, AnElementCanBeNamedByItsPlace) {
  EXPECT_EQ(Redacted(R"({"a":["x","s"]})", {"/a/1"}), R"({"a":["x",)" + Quoted("s") + "]}");
}

TEST(JsonRedaction, ADotInANamePartsTwoLevels) {
  EXPECT_EQ(Redacted(R"({"user.p":"s","user":{"p":"s"}})", {"/user/p"}),
            R"({"user.p":)" + Quoted("s") + R"(,"user":{"p":)" + Quoted("s") + "}}");
  EXPECT_EQ(Redacted(R"({"a.b":{"c":"s"}})", {"/a/b/c"}), R"({"a.b":{"c":)" + Quoted("s") + "}}");
  EXPECT_EQ(Redacted(R"({"a.b":"s"})", {"/a.b"}), R"({"a.b":)" + Quoted("s") + "}");
  EXPECT_EQ(Redacted(R"({"p.x":{"y":"s"}})", {"/p"}),
            R"({"p.x":{)" + Quoted("y") + ":" + Quoted("s") + "}}");
}

TEST(JsonRedaction, EveryLineOfABulkIsADocument) {
  EXPECT_EQ(
      Redacted("{\"index\":{\"_id\":\"1\"}}\n{\"p\":\"s\"}\n"
               "{\"update\":{\"_id\":\"2\"}}\n{\"doc\":{\"p\":\"s\"},\"upsert\":{\"p\":\"t\"}}\n",
               {"/p"}),
      "{\"index\":{\"_id\":\"1\"}}\n{\"p\":" + Quoted("s") +
          "}\n{\"update\":{\"_id\":\"2\"}}\n{\"doc\":{\"p\":" + Quoted("s") +
          "},\"upsert\":{\"p\":" + Quoted("t") + "}}\n");
}

TEST(JsonRedaction, DocumentsInAnswersAreDocuments) {
  EXPECT_EQ(Redacted(R"({"hits":{"hits":[{"_id":"1","_source":{"p":"s"}}]}})", {"/p"}),
            R"({"hits":{"hits":[{"_id":"1","_source":{"p":)" + Quoted("s") + "}}]}}");
  EXPECT_EQ(Redacted(R"({"hits":{"hits":[{"_source":{"p":"s"}}]}})", {"/hits/hits/*/_source/p"}),
            R"({"hits":{"hits":[{"_source":{"p":)" + Quoted("s") + "}}]}}");
}

TEST(JsonRedaction, EscapesHideNeitherNamesNorValues) {
  EXPECT_EQ(Redacted(R"({"\u0070":"s\u0033cret"})", {"/p"}),
            R"({"\u0070":)" + Quoted("s3cret") + "}");
  EXPECT_EQ(Redacted(R"({"p":"\ud83d\ude00\n\"\\"})", {"/p"}),
            R"({"p":)" + Quoted("\xf0\x9f\x98\x80\n\"\\") + "}");
}

TEST(JsonRedaction, PointersHaveEscapesOfTheirOwn) {
  EXPECT_EQ(Redacted(R"({"a/b":"s","c~d":"s"})", {"/a~1b", "/c~0d"}),
            R"({"a/b":)" + Quoted("s") + R"(,"c~d":)" + Quoted("s") + "}");
}

TEST(JsonRedaction, EqualNamesAreAllReplaced) {
  EXPECT_EQ(Redacted(R"({"p":"s","p":"t"})", {"/p"}),
            R"({"p":)" + Quoted("s") + R"(,"p":)" + Quoted("t") + "}");
}

class NotJson : public testing::TestWithParam<const char*> {};

TEST_P(NotJson, IsUnreadable) { EXPECT_EQ(Redacted(GetParam(), {"/p"}), kUnreadable); }

INSTANTIATE_TEST_SUITE_P(ByFlaw, NotJson,
                         testing::Values("text", "{", "[1", "{\"p\":\"s", "{\"p\"}", "{\"p\":}",
                                         "{p:1}", "{\"a\":1,}", "{\"a\":1 \"p\":2}", "[1 2]",
                                         "{\"a\":1}]", "{'p':'s'}", "{\"a\":tru}", "-", "1x",
                                         "{\"\\x\":1}", "{\"p\":\"\\ud8\"}", "/*c*/{}", "p=s&q=1",
                                         "{\"p\":\"s\\"));

TEST(JsonRedaction, NestingHasALimit) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(Redacted(deep, {"/p"}), kUnreadable);
}

TEST(JsonRedaction, NothingIsJsonToo) { EXPECT_EQ(Redacted(" \n", {"/p"}), " \n"); }

}  // namespace
}  // namespace trafrec::reassembly
