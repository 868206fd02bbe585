#include "tools/compare/side_by_side.h"

#include <gtest/gtest.h>

#include "replay/compare/answer_compare.h"

namespace trafrec::tools {
namespace {

using dialect::AnswerView;
using dialect::HeaderView;

/// A row a line: its mark, and both sides.
std::string Rows(const AnswerView& source, const AnswerView& target, bool all = false,
                 bool hidden = false) {
  std::vector<compare::Difference> found = compare::CompareAnswers(source, target).found;
  for (compare::Difference& each : found) {
    each.rule = hidden ? std::optional(0U) : std::nullopt;
  }
  std::string shown;
  for (const AnswerRow& row : SideBySide(source, target, found, {.all = all, .line_bytes = 40})) {
    shown += row.mark == RowMark::kLeftOut
                 ? "… " + std::to_string(row.left_out) + "\n"
                 : std::string(SignOf(row.mark)) + row.source + "|" + row.target + "\n";
  }
  return shown;
}

AnswerView Body(std::string_view body) { return {.status = 200, .headers = {}, .body = body}; }

TEST(SideBySide, AValueThatDiffersStandsBesideTheOther) {
  EXPECT_EQ(Rows(Body(R"({"a":1,"b":2})"), Body(R"({"b":3,"a":1})"), true),
            " status 200|status 200\n"
            " |\n"
            " {|{\n"
            "   \"a\": 1,|  \"a\": 1,\n"
            "*  \"b\": 2|  \"b\": 3\n"
            " }|}\n");
}

TEST(SideBySide, WhatOnlyOneSideHasIsMarkedAsAWhole) {
  EXPECT_EQ(Rows(Body(R"({"a":{"b":[1]}})"), Body(R"({"c":2})"), true),
            " status 200|status 200\n"
            " |\n"
            " {|{\n"
            "<  \"a\": {|\n"
            "<    \"b\": [|\n"
            "<      1|\n"
            "<    ]|\n"
            "<  }|\n"
            ">|  \"c\": 2\n"
            " }|}\n");
}

TEST(SideBySide, AnElementInTheMiddleLeavesTheOthersBesideTheirs) {
  EXPECT_EQ(Rows(Body("[1,2,3]"), Body("[1,3]"), true),
            " status 200|status 200\n"
            " |\n"
            " [|[\n"
            "   1,|  1,\n"
            "<  2,|\n"
            "   3|  3\n"
            " ]|]\n");
}

std::string Hits(std::string_view hits) {
  return std::string(R"({"hits":{"hits":[)") + std::string(hits) + "]}}";
}

TEST(SideBySide, AHitStandsBesideItselfAndOneThatOnlyOneSideHasIsMarkedAsAWhole) {
  EXPECT_EQ(Rows(Body(Hits(R"({"_index":"i","_id":"a","n":1},{"_index":"i","_id":"b","n":1})")),
                 Body(Hits(R"({"_index":"i","_id":"b","n":2},{"_index":"i","_id":"c","n":1})"))),
            " status 200|status 200\n"
            " |\n"
            " {|{\n"
            "   \"hits\": {|  \"hits\": {\n"
            "*    \"hits\": [|    \"hits\": [\n"
            "<      {|\n"
            "<        \"_id\": \"a\",|\n"
            "<        \"_index\": \"i\",|\n"
            "<        \"n\": 1|\n"
            "<      },|\n"
            "       {|      {\n"
            "         \"_id\": \"b\",|        \"_id\": \"b\",\n"
            "         \"_index\": \"i\",|        \"_index\": \"i\",\n"
            "*        \"n\": 1|        \"n\": 2\n"
            "       }|      },\n"
            ">|      {\n"
            ">|        \"_id\": \"c\",\n"
            ">|        \"_index\": \"i\",\n"
            ">|        \"n\": 1\n"
            ">|      }\n"
            "     ]|    ]\n"
            "   }|  }\n"
            " }|}\n");
}

TEST(SideBySide, ALineOfNdjsonStandsBesideItsOther) {
  EXPECT_EQ(Rows(Body("{\"a\":1}\n{\"a\":1,\"b\":2}"), Body("{\"a\":1}\n{\"a\":1}"), true),
            " status 200|status 200\n"
            " |\n"
            " {\"a\":1}|{\"a\":1}\n"
            "*{\"a\":1,\"b\":2}|{\"a\":1}\n");
}

TEST(SideBySide, OneRowThatIsAlikeIsShownInsteadOfCounted) {
  EXPECT_EQ(Rows(Body("1\n2\n3\n4\n5\n6\n7\n8\n9"), Body("x\n2\n3\n4\n5\n6\n7\n8\ny")).find("…"),
            std::string::npos);
}

TEST(SideBySide, ANumberThatIsWrittenOtherwiseIsAlike) {
  EXPECT_EQ(Rows(Body(R"({"a":1.0,"b":2})"), Body(R"({"a":1,"b":3})"), true),
            " status 200|status 200\n"
            " |\n"
            " {|{\n"
            "   \"a\": 1.0,|  \"a\": 1,\n"
            "*  \"b\": 2|  \"b\": 3\n"
            " }|}\n");
}

TEST(SideBySide, OnlyTheNeighbourhoodOfDifferencesIsShown) {
  EXPECT_EQ(Rows(Body("1\n2\n3\n4\n5\n6\n7\n8\n9"), Body("1\n2\n3\n4\n5\n6\n7\n8\nx")),
            "… 7\n"
            " 6|6\n"
            " 7|7\n"
            " 8|8\n"
            "*9|x\n");
}

TEST(SideBySide, StatusAndFieldsAreLinesToo) {
  const HeaderView source[] = {{"Location", "/a"}, {"Date", "Monday"}};
  const HeaderView target[] = {{"location", "/b"}, {"date", "Tuesday"}};
  EXPECT_EQ(Rows({.status = 200, .headers = source, .body = {}},
                 {.status = 201, .headers = target, .body = {}}),
            "*status 200|status 201\n"
            "*Location: /a|location: /b\n"
            " Date: Monday|date: Tuesday\n");
}

TEST(SideBySide, WhatARuleHidesHasAMarkOfItsOwn) {
  EXPECT_EQ(Rows(Body("1"), Body("2"), false, true),
            " status 200|status 200\n"
            " |\n"
            "~1|2\n");
}

TEST(SideBySide, LongLinesAndBytesThatAreNoTextAreCut) {
  const std::string bytes(1'000, '\x01');
  const std::string long_line(100'000, 'x');
  EXPECT_LT(Rows(Body(bytes), Body("text")).size(), 8'000U);
  EXPECT_LT(Rows(Body(long_line), Body("text")).size(), 2'000U);
}

}  // namespace
}  // namespace trafrec::tools
