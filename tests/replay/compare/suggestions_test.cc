#include "replay/compare/suggestions.h"

#include <gmock/gmock.h>

#include "replay/compare/rules_file.h"

namespace trafrec::compare {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Group GroupOf(Part part, Kind kind, std::string place, std::string pointer, std::string source,
              std::string target) {
  return {.shape = "GET /a-{}/_search?\"q\"",
          .part = part,
          .kind = kind,
          .place = std::move(place),
          .first = {.part = part,
                    .kind = kind,
                    .source_pointer = pointer,
                    .target_pointer = pointer,
                    .source = std::move(source),
                    .target = std::move(target)}};
}

/// Whether a piece of a rules file hides a group's first difference, and not that of other shapes.
void ExpectHides(const std::string& text, const Group& group) {
  const auto rules = ParseRules(text, "r.toml");
  ASSERT_TRUE(rules) << text << rules.error().what;
  const ExchangeFacts facts{.shape = group.shape, .source_status = 200, .target_status = 404};
  EXPECT_TRUE(RulesHere(*rules, facts).FindRule(group.first)) << text;
  const ExchangeFacts others{.shape = "PUT /", .source_status = 200, .target_status = 404};
  EXPECT_FALSE(RulesHere(*rules, others).FindRule(group.first)) << text;
}

TEST(Suggestions, EachHidesWhatItWasMadeFor) {
  const Group groups[] = {
      GroupOf(Part::kStatus, Kind::kValue, "", "", "200", "404"),
      GroupOf(Part::kField, Kind::kValue, "/Location", "/Location", "/a/_doc/1", "/b/_doc/1"),
      GroupOf(Part::kField, Kind::kMissing, "/Allow", "/Allow", "GET", ""),
      GroupOf(Part::kLine, Kind::kAdded, "/*", "/7", "", "x"),
      GroupOf(Part::kBody, Kind::kValue, "/hits/*/n", "/hits/3/n", "1204", "1198"),
      GroupOf(Part::kBody, Kind::kValue, "/a~1b/**", "/a~1b/**", "\"o\\\"x\"", "\"n\""),
      GroupOf(Part::kBody, Kind::kType, "/t", "/t", "1", "\"1\""),
      GroupOf(Part::kBody, Kind::kMissing, "/_type", "/_type", "\"_doc\"", ""),
      GroupOf(Part::kBody, Kind::kOrder, "/hits/hits", "/hits/hits", "[1]", "[2]"),
  };
  for (const Group& group : groups) {
    const std::vector<std::string> suggested = SuggestedRules(group, "words");
    ASSERT_FALSE(suggested.empty());
    for (const std::string& text : suggested) {
      ExpectHides(text, group);
      EXPECT_TRUE(text.starts_with("# ")) << text;
    }
  }
}

TEST(Suggestions, ANumberIsToleratedByLittleMoreThanItDiffers) {
  const std::vector<std::string> suggested =
      SuggestedRules(GroupOf(Part::kBody, Kind::kValue, "/n", "/n", "1000", "990"), "words");
  ASSERT_THAT(suggested, SizeIs(2));
  EXPECT_THAT(suggested[0], HasSubstr("relative = 0.011"));
  EXPECT_THAT(SuggestedRules(GroupOf(Part::kBody, Kind::kValue, "/n", "/n", "1000", "1"), "words"),
              SizeIs(1));
}

TEST(Suggestions, ElementsMayOnlyStandInAnotherOrder) {
  const std::vector<std::string> suggested = SuggestedRules(
      GroupOf(Part::kBody, Kind::kValue, "/tags/*", "/tags/0", "\"a\"", "\"b\""), "words");
  EXPECT_THAT(suggested[1], HasSubstr("[[sort]]\nplace = \"/tags\"\n"));
}

TEST(Suggestions, APlaceThatIsNoPatternHasNone) {
  EXPECT_THAT(SuggestedRules(GroupOf(Part::kBody, Kind::kValue, "/**/**/**", "/**/**/**", "1", "2"),
                             "words"),
              IsEmpty());
}

}  // namespace
}  // namespace trafrec::compare
