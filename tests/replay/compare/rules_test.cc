#include "replay/compare/rules.h"

#include <gmock/gmock.h>

#include "replay/compare/pointer_pattern.h"
#include "replay/compare/rules_file.h"
#include "replay/dialect/dialect.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

bool Fits(std::string_view pattern, std::string_view pointer) {
  return PointerPattern::Parse(pattern).value().Fits(json::TokensOf(pointer));
}

Difference ValueAt(std::string pointer, std::string source, std::string target) {
  return {.kind = Kind::kValue,
          .source_pointer = pointer,
          .target_pointer = pointer,
          .source = std::move(source),
          .target = std::move(target)};
}

TEST(PointerPattern, FitsItsPlaceAndWhatLiesInIt) {
  EXPECT_TRUE(Fits("/a/b", "/a/b"));
  EXPECT_TRUE(Fits("/a/b", "/a/b/0/c"));
  EXPECT_FALSE(Fits("/a/b", "/a"));
  EXPECT_FALSE(Fits("/a/b", "/a/bc"));
}

TEST(PointerPattern, AStarIsAnyOneToken) {
  EXPECT_TRUE(Fits("/items/*/status", "/items/5/status"));
  EXPECT_FALSE(Fits("/items/*/status", "/items/5/index/status"));
  EXPECT_FALSE(Fits("/items/*/status", "/items/status"));
}

TEST(PointerPattern, TwoStarsAreAnyNumberOfTokens) {
  for (const char* pointer : {"/_id", "/a/_id", "/a/0/b/_id"}) {
    EXPECT_TRUE(Fits("/**/_id", pointer)) << pointer;
  }
  EXPECT_FALSE(Fits("/**/_id", "/a/id"));
  EXPECT_TRUE(Fits("/a/**/b/**/c", "/a/x/b/y/z/c"));
}

TEST(PointerPattern, EscapesAreRead) { EXPECT_TRUE(Fits("/a~1b/~0", "/a~1b/~0")); }

TEST(PointerPattern, WhatIsNoPointerIsRefusedWithAnExample) {
  for (const char* text : {"", "took", "a/b"}) {
    const auto parsed = PointerPattern::Parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().remedy, testing::HasSubstr("/hits/hits/*/_score"));
  }
  EXPECT_FALSE(PointerPattern::Parse("/**/a/**/b/**"));
}

/// Whether the rules of a file hide it.
bool Hide(const std::string& file, const Difference& difference, const ExchangeFacts& facts = {}) {
  const std::vector<Rule> rules = ParseRules(file, "rules.toml").value();
  return RulesHere(rules, facts).FindRule(difference).has_value();
}

Difference Of(Part part, Difference difference) {
  difference.part = part;
  return difference;
}

TEST(Rules, AToleranceHidesWhatIsNear) {
  constexpr auto kScore = "[[tolerance]]\nplace = \"/s\"\nrelative = 1e-5\n";
  EXPECT_TRUE(Hide(kScore, ValueAt("/s", "1.234567", "1.234568")));
  EXPECT_FALSE(Hide(kScore, ValueAt("/s", "1.2345", "1.2346")));
  EXPECT_FALSE(Hide(kScore, ValueAt("/s", "1.2345", "null")));
  constexpr auto kCount = "[[tolerance]]\nplace = \"/s\"\nabsolute = 2\n";
  EXPECT_TRUE(Hide(kCount, ValueAt("/s", "10", "12")));
  EXPECT_FALSE(Hide(kCount, ValueAt("/s", "10", "13")));
}

TEST(Rules, RoundComparesFewerDigitsExactly) {
  constexpr auto kRound = "[[round]]\nplace = \"/s\"\ndigits = 2\n";
  EXPECT_TRUE(Hide(kRound, ValueAt("/s", "1.004", "0.996")));
  EXPECT_FALSE(Hide(kRound, ValueAt("/s", "1.004", "1.006")));
  EXPECT_FALSE(Hide(kRound, ValueAt("/s", "9007199254740993", "9007199254740992")));
  constexpr auto kHundreds = "[[round]]\nplace = \"/s\"\ndigits = -2\n";
  EXPECT_TRUE(Hide(kHundreds, ValueAt("/s", "1249", "1151")));
  EXPECT_TRUE(Hide(kHundreds, ValueAt("/s", "49", "0")));
  EXPECT_TRUE(Hide(kHundreds, ValueAt("/s", "999.5e1", "10000")));
}

TEST(Rules, AMapHidesTheTargetsNameOfTheSourcesValue) {
  constexpr auto kMap =
      "[[map]]\nplace = \"/**/_index\"\nvalues = { \"old\" = \"new\", \"logs-*\" = \"os-*\" }\n";
  EXPECT_TRUE(Hide(kMap, ValueAt("/_index", "\"old\"", "\"new\"")));
  EXPECT_FALSE(Hide(kMap, ValueAt("/_index", "\"new\"", "\"old\"")));
  EXPECT_TRUE(Hide(kMap, ValueAt("/_index", "\"logs-7\"", "\"os-7\"")));
  EXPECT_FALSE(Hide(kMap, ValueAt("/_index", "\"logs-7\"", "\"os-8\"")));
}

TEST(Rules, OfAKindHideNoOther) {
  constexpr auto kMissing = "[[ignore]]\nplace = \"/_type\"\nkind = \"missing\"\n";
  Difference type = ValueAt("/_type", "\"_doc\"", "\"old\"");
  EXPECT_FALSE(Hide(kMissing, type));
  type.kind = Kind::kMissing;
  EXPECT_TRUE(Hide(kMissing, type));
}

TEST(Rules, HideNothingOutsideOfTheirPart) {
  EXPECT_FALSE(
      Hide("[[ignore]]\nplace = \"/took\"\n", Of(Part::kLine, ValueAt("/took", "1", "2"))));
  constexpr auto kStatus = "[[ignore]]\npart = \"status\"\n";
  EXPECT_TRUE(Hide(kStatus, Of(Part::kStatus, ValueAt("", "200", "404"))));
  EXPECT_FALSE(Hide(kStatus, ValueAt("", "200", "404")));
}

TEST(Rules, NamesOfFieldsHaveNoCase) {
  constexpr auto kField = "[[ignore]]\npart = \"field\"\nplace = \"/location\"\n";
  EXPECT_TRUE(Hide(kField, Of(Part::kField, ValueAt("/Location", "/a", "/b"))));
  EXPECT_FALSE(Hide(kField, Of(Part::kField, ValueAt("/Allow", "GET", "PUT"))));
}

TEST(Rules, AConditionIsOnTheExchange) {
  const dialect::RequestView request{
      .method = "GET", .target = "/orders-1/_search?q=a", .headers = {}, .body = {}};
  const dialect::Meaning meaning = dialect::SearchDialect().Understand(request);
  const ExchangeFacts facts{.shape = "GET /orders-{}/_search?q",
                            .request = &request,
                            .meaning = &meaning,
                            .source_status = 200,
                            .target_status = 503,
                            .time = 1'000 * kNsPerSecond};
  const Difference difference = ValueAt("/a", "1", "2");
  for (const char* when :
       {"shape = \"GET /orders-{}/_search?q\"", "shape = \"GET */_search*\"", "method = \"GET\"",
        "path = \"/orders-1/_search\"", "path_regex = \"_search$\"", "index = \"orders-*\"",
        "status = 200", "status = [404, \"2xx\"]", "target_status = \"5xx\"",
        "from = 1970-01-01T00:16:40Z", "to = \"1970-01-01T00:16:41Z\""}) {
    EXPECT_TRUE(Hide(std::string("[[ignore]]\nwhen = { ") + when + " }\n", difference, facts))
        << when;
  }
  for (const char* when :
       {"shape = \"GET /orders\"", "method = [\"POST\", \"PUT\"]", "path_prefix = \"/a\"",
        "index = \"users\"", "status = 404", "target_status = 200", "from = 1970-01-01T00:16:41Z",
        "to = 1970-01-01T00:16:40Z"}) {
    EXPECT_FALSE(Hide(std::string("[[ignore]]\nwhen = { ") + when + " }\n", difference, facts))
        << when;
  }
}

}  // namespace
}  // namespace trafrec::compare
