#include "replay/compare/rules_text.h"

#include <gmock/gmock.h>

#include "replay/compare/rules_file.h"

namespace trafrec::compare {
namespace {

TEST(RulesText, ReadsBackAsTheSameRule) {
  for (const char* text : {
           "# one line\n[[ignore]]\nplace = \"/a\"\nkind = \"missing\"\nwhy = \"a \\\"b\\\"\"\n",
           "[[ignore]]\nname = \"n\"\npart = \"status\"\nwhen = { shape = \"GET /a\" }\n",
           "[[tolerance]]\nplace = \"/a\"\nabsolute = 0.5\nrelative = 1e-05\n",
           "[[round]]\nplace = \"/a\"\ndigits = -2\n",
           "[[sort]]\nplace = \"/a\"\nby = \"/id\"\n",
           "[[map]]\nplace = \"/a~1b/*\"\nkeys = true\nvalues = { \"old-*\" = \"new-*\", \"x\" = "
           "\"y\" }\n",
           "[[jq]]\nname = \"tags\"\nprogram = \"del(.a[\\\"b\\\"])\"\n",
       }) {
    const auto rules = ParseRules(text, "r.toml").value();
    ASSERT_EQ(rules.size(), 1U);
    EXPECT_EQ(RuleText(rules[0], std::string_view(text).starts_with('#') ? "one line" : "",
                       rules[0].when == nullptr ? "" : "shape = \"GET /a\""),
              text);
  }
}

TEST(RulesText, ACommentIsOneLineWhateverTheAnswersHad) {
  const Rule rule{.name = "a", .part = Part::kStatus};
  EXPECT_THAT(RuleText(rule, "a\n[[ignore]]\rb\x7f"), testing::StartsWith("# a [[ignore]] b \n[["));
}

}  // namespace
}  // namespace trafrec::compare
