#include "replay/guard/json_spans.h"

#include <gtest/gtest.h>

namespace trafrec::guard {
namespace {

bool IsB(std::string_view key) { return key == "b"; }

TEST(JsonSpans, AMemberGoesWithItsComma) {
  EXPECT_EQ(EditObject(R"({"a":1,"b":{"x":[1,2]},"c":3})", &IsB, ""), R"({"a":1,"c":3})");
  EXPECT_EQ(EditObject(R"({ "b" : 1 , "c" : 3 })", &IsB, ""), R"({  "c" : 3 })");
  EXPECT_EQ(EditObject(R"({"a":1,"b":2})", &IsB, ""), R"({"a":1})");
  EXPECT_EQ(EditObject(R"({"b":1,"b":2})", &IsB, ""), "{}");
}

TEST(JsonSpans, AMemberComesAtTheEnd) {
  EXPECT_EQ(EditObject("{}", &IsB, "\"x\":1"), "{\"x\":1}");
  EXPECT_EQ(EditObject(" {\"a\":\"}\\\"\"} tail", &IsB, "\"x\":1"),
            " {\"a\":\"}\\\"\",\"x\":1} tail");
  EXPECT_EQ(EditObject("{\"b\":1}", &IsB, "\"x\":1"), "{\"x\":1}");
}

TEST(JsonSpans, BrokenTextStaysAsItIs) {
  for (const std::string_view text :
       {"", "[1]", "{\"a\":", "{\"a\":{}", "{\"a\":\"", "{\"a\" 1}"}) {
    EXPECT_EQ(EditObject(text, &IsB, "\"x\":1"), text);
    EXPECT_FALSE(Members(text)) << text;
  }
}

TEST(JsonSpans, ElementsAreFoundWhateverIsInThem) {
  const std::string_view text = R"([ {"a":"]"}, [1,[2]] ,3 ])";
  const auto elements = Elements(text);
  ASSERT_TRUE(elements);
  ASSERT_EQ(elements->size(), 3U);
  EXPECT_EQ((*elements)[1].In(text), "[1,[2]]");
  EXPECT_FALSE(Elements("[1,2"));
}

TEST(JsonSpans, OrderAndEscapesDoNotCountAndNumbersCountByTheirText) {
  EXPECT_TRUE(SameJson(R"({"a":1,"b":"\u00e9/"})", "{ \"b\":\"é\\/\", \"a\":1 }"));
  EXPECT_FALSE(SameJson(R"({"a":1})", R"({"a":1.0})"));
  EXPECT_FALSE(SameJson(R"({"a":"1"})", R"({"a":1})"));
  EXPECT_FALSE(SameJson("[1,2]", "[2,1]"));
  EXPECT_FALSE(SameJson("{", "[1]"));
}

TEST(JsonSpans, AMergedDocumentHoldsThePartialOne) {
  EXPECT_TRUE(ContainsJson(R"({"a":{"x":1,"y":2},"b":[1]})", R"({"a":{"y":2},"b":[1]})"));
  EXPECT_FALSE(ContainsJson(R"({"a":{"x":1},"b":[1,2]})", R"({"b":[1]})"));
  EXPECT_FALSE(ContainsJson("{}", R"({"a":null})"));
}

TEST(JsonSpans, ADeepTextIsNotCompared) {
  const std::string deep(2'000, '[');
  const std::string end(2'000, ']');
  EXPECT_FALSE(SameJson(deep + "1" + end, deep + " 1" + end));
}

}  // namespace
}  // namespace trafrec::guard
