#include "replay/compare/rule_compare.h"

#include <gmock/gmock.h>

#include "replay/compare/answer_compare.h"
#include "replay/compare/rules_file.h"

namespace trafrec::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Differences Compared(const std::string& file, std::string_view source, std::string_view target) {
  const std::vector<Rule> rules = ParseRules(file, "rules.toml").value();
  return CompareAnswers({.status = 200, .headers = {}, .body = source},
                        {.status = 200, .headers = {}, .body = target}, RulesHere(rules, {}));
}

std::vector<std::string> Told(const Differences& differences) {
  std::vector<std::string> words;
  for (const Difference& each : differences.found) {
    if (!each.rule) {
      words.push_back(InWords(each));
    }
  }
  return words;
}

std::vector<std::string> Told(const std::string& file, std::string_view source,
                              std::string_view target) {
  return Told(Compared(file, source, target));
}

constexpr auto kSortTags = "[[sort]]\nplace = \"/tags\"\n";

TEST(SortRule, AnotherOrderIsHiddenAndCounted) {
  const Differences found =
      Compared(kSortTags, R"({"tags":["a","b","c"]})", R"({"tags":["c","a","b"]})");
  EXPECT_EQ(found.told(), 0U);
  EXPECT_EQ(found.found.size(), 3U);
  EXPECT_EQ(found.found[0].rule, 0U);
}

TEST(SortRule, AnElementThatOneSideLacksIsToldAtItsPlace) {
  EXPECT_THAT(Told(kSortTags, R"({"tags":["a","b","c"]})", R"({"tags":["c","a"]})"),
              ElementsAre("tags[1]: \"b\" at the source, missing at the target"));
}

TEST(SortRule, ElementsThatDifferAreComparedWithEachOther) {
  EXPECT_THAT(Told("[[sort]]\nplace = \"/l\"\n", R"({"l":[{"n":1,"v":1},{"n":2,"v":2},{"n":3}]})",
                   R"({"l":[{"n":3},{"n":1,"v":1},{"n":2,"v":5}]})"),
              ElementsAre("l[1].v: 2 at the source, 5 at the target (+150.0%)"));
}

TEST(SortRule, ByANameElementsArePairedWhateverElseDiffers) {
  EXPECT_THAT(
      Told("[[sort]]\nplace = \"/l\"\nby = \"/n\"\n", R"({"l":[{"n":1,"v":1},{"n":2,"v":2}]})",
           R"({"l":[{"n":2,"v":7},{"n":1,"v":9}]})"),
      ElementsAre("l[0].v: 1 at the source, 9 at the target (+800.0%)",
                  "l[1].v: 2 at the source, 7 at the target (+250.0%)"));
}

TEST(SortRule, WhatOtherRulesHideDoesNotKeepElementsApart) {
  EXPECT_THAT(
      Told("[[sort]]\nplace = \"/l\"\n[[ignore]]\nplace = \"/l/*/took\"\n[[round]]\nplace = "
           "\"/l/*/v\"\ndigits = 0\n",
           R"({"l":[{"v":1.2,"took":1},{"v":2.1,"took":2}]})",
           R"({"l":[{"v":2.3,"took":3},{"v":1.1,"took":4}]})"),
      IsEmpty());
}

TEST(SortRule, OnlyTheArrayAtItsPlaceHasNoOrder) {
  EXPECT_THAT(Told("[[sort]]\nplace = \"/l\"\n", R"({"l":[[1,2]]})", R"({"l":[[2,1]]})").size(),
              2U);
}

TEST(SortRule, EachLineOfNdjsonIsADocument) {
  EXPECT_THAT(Told(kSortTags, "{\"tags\":[1,2]}\n{\"tags\":[3,4]}\n",
                   "{\"tags\":[2,1]}\n{\"tags\":[4,5]}\n"),
              ElementsAre("line 2: tags[0]: 3 at the source, 5 at the target (+66.7%)"));
}

constexpr auto kRename = "[[map]]\nplace = \"/**/_index\"\nvalues = { \"old-*\" = \"new-*\" }\n";

TEST(MapRule, DocumentsOfARenamedIndexAreTheSameDocuments) {
  const Differences found = Compared(
      kRename,
      R"({"hits":[{"_index":"old-1","_id":"a","v":1},{"_index":"old-1","_id":"b","v":2}]})",
      R"({"hits":[{"_index":"new-1","_id":"a","v":1},{"_index":"new-1","_id":"b","v":3}]})");
  EXPECT_THAT(Told(found), ElementsAre("hits[1].v: 2 at the source, 3 at the target (+50.0%)"));
}

TEST(MapRule, NamesOfMembersAreMappedWithKeys) {
  const Differences found =
      Compared("[[map]]\nplace = \"/*\"\nkeys = true\nvalues = { \"old\" = \"new\" }\n",
               R"({"old":{"mappings":{"a":1}}})", R"({"new":{"mappings":{"a":2}}})");
  EXPECT_THAT(Told(found),
              ElementsAre("old.mappings.a: 1 at the source, 2 at the target (+100.0%)"));
}

TEST(MapRule, ANameThatTheTargetHasTooIsNotReplaced) {
  EXPECT_THAT(Told("[[map]]\nplace = \"/l/*\"\nvalues = { \"a\" = \"b\" }\n", R"({"l":["a","b"]})",
                   R"({"l":["b","a"]})")
                  .size(),
              1U);
}

TEST(JqRule, WhatTheProgramTakesAwayIsHidden) {
  const Differences found = Compared("[[jq]]\nprogram = 'del(.a.secret)'\n",
                                     R"({"a":{"secret":1,"b":1}})", R"({"a":{"secret":2,"b":2}})");
  EXPECT_THAT(Told(found), ElementsAre("a.b: 1 at the source, 2 at the target (+100.0%)"));
  EXPECT_EQ(found.found.size(), 2U);
}

TEST(MapRule, EachLineOfNdjsonIsADocument) {
  EXPECT_THAT(Told(kRename, "{\"_index\":\"old-1\",\"v\":1}\n{\"_index\":\"old-2\",\"v\":1}\n",
                   "{\"_index\":\"new-1\",\"v\":1}\n{\"_index\":\"new-2\",\"v\":2}\n"),
              ElementsAre("line 2: v: 1 at the source, 2 at the target (+100.0%)"));
}

TEST(JqRule, EachLineOfNdjsonIsADocument) {
  EXPECT_THAT(
      Told("[[jq]]\nprogram = 'del(.secret)'\n", "{\"secret\":1,\"b\":1}\n{\"secret\":1,\"b\":1}\n",
           "{\"secret\":2,\"b\":1}\n{\"secret\":3,\"b\":2}\n"),
      ElementsAre("line 2: b: 1 at the source, 2 at the target (+100.0%)"));
}

TEST(JqRule, LinesThatAreNoJsonAreNotGivenToIt) {
  EXPECT_THAT(Told("[[jq]]\nprogram = '1'\n", "one\ntwo\n", "one\nzwei\n"),
              ElementsAre("line 2: two at the source, zwei at the target"));
}

TEST(JqRule, AProgramThatMovesADifferenceHidesNothing) {
  EXPECT_THAT(Told("[[jq]]\nprogram = '{z: .a}'\n", R"({"a":1})", R"({"a":2})"),
              ElementsAre("a: 1 at the source, 2 at the target (+100.0%)"));
}

TEST(JqRule, AnElementThatIsMovedToWhereARuleHidAnotherOneStaysTold) {
  EXPECT_EQ(Compared("[[map]]\nplace = \"/l/*\"\nvalues = { \"old\" = \"new\" }\n[[jq]]\nprogram = "
                     "'.l |= sort'\n",
                     R"({"l":[{"v":1},"old"]})", R"({"l":["new"]})")
                .told(),
            1U);
}

TEST(JqRule, AProgramThatFailsOrGivesNothingHidesNothing) {
  for (const char* program : {".a.b.c", "empty", ".a, .a", "error"}) {
    EXPECT_THAT(
        Told(std::string("[[jq]]\nprogram = '") + program + "'\n", R"({"a":1})", R"({"a":2})")
            .size(),
        1U)
        << program;
  }
}

TEST(JqRule, AProgramIsNotAskedWhereNothingIsTold) {
  EXPECT_THAT(Told("[[jq]]\nprogram = 'if .side then .b = 1 else . end'\n[[ignore]]\nplace = "
                   "\"/side\"\n",
                   R"({"side":true})", R"({"side":false})"),
              IsEmpty());
}

}  // namespace
}  // namespace trafrec::compare
