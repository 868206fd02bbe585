#include "replay/compare/rules.h"

#include <gmock/gmock.h>

#include "replay/compare/pointer_pattern.h"
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

TEST(Rules, AToleranceHidesWhatIsNear) {
  const std::vector<Rule> rules = DefaultRules("search");
  EXPECT_TRUE(FindRule(rules, ValueAt("/hits/hits/0/_score", "1.234567", "1.234568")));
  EXPECT_FALSE(FindRule(rules, ValueAt("/hits/hits/0/_score", "1.2345", "1.2346")));
  EXPECT_FALSE(FindRule(rules, ValueAt("/hits/hits/0/_score", "1.2345", "null")));
}

TEST(Rules, OfAKindHideNoOther) {
  const std::vector<Rule> rules = DefaultRules("search");
  Difference type = ValueAt("/_type", "\"_doc\"", "\"old\"");
  EXPECT_FALSE(FindRule(rules, type));
  type.kind = Kind::kMissing;
  EXPECT_TRUE(FindRule(rules, type));
}

TEST(Rules, HideNothingOutsideOfBodies) {
  Difference status = ValueAt("/took", "200", "404");
  status.part = Part::kStatus;
  EXPECT_FALSE(FindRule(DefaultRules("search"), status));
}

TEST(Rules, PlainHttpHasNoDefaults) { EXPECT_TRUE(DefaultRules("http").empty()); }

}  // namespace
}  // namespace trafrec::compare
