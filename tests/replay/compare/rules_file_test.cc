#include "replay/compare/rules_file.h"

#include <gmock/gmock.h>

namespace trafrec::compare {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string ErrorOf(const std::string& file) {
  const auto rules = ParseRules(file, "r.toml");
  return rules ? "" : rules.error().what + " / " + rules.error().remedy;
}

TEST(RulesFile, ARuleKnowsItsFileAndLine) {
  const auto rules = ParseRules("# mine\n[[ignore]]\nplace = \"/took\"\n", "r.toml").value();
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].origin, "r.toml, line 2");
  EXPECT_EQ(rules[0].name, "/took");
  EXPECT_TRUE(rules[0].is_own());
}

TEST(RulesFile, UnknownKeysAndTablesAreNamedWithTheirLine) {
  EXPECT_THAT(ErrorOf("[[ignore]]\nplase = \"/a\"\n"),
              HasSubstr("r.toml, line 2: there is no 'plase' in [[ignore]]; is 'place' meant?"));
  EXPECT_THAT(ErrorOf("[[ignored]]\nplace = \"/a\"\n"),
              HasSubstr("r.toml, line 1: there is no 'ignored'; is 'ignore' meant?"));
  EXPECT_THAT(ErrorOf("[[ignore]]\nplace = \"/a\"\n[ignore.when]\nindx = \"a\"\n"),
              HasSubstr("r.toml, line 4: there is no 'indx'"));
}

TEST(RulesFile, PlacesThatCannotBeAreRefused) {
  EXPECT_THAT(ErrorOf("[[ignore]]\nplace = \"took\"\n"),
              AllOf(HasSubstr("line 2"), HasSubstr("'took' is no JSON pointer")));
  EXPECT_THAT(ErrorOf("[[ignore]]\nplace = \"/a~2b\"\n"), HasSubstr("'~'"));
  EXPECT_THAT(ErrorOf("[[ignore]]\npart = \"status\"\nplace = \"/a\"\n"),
              HasSubstr("a status has no places"));
  EXPECT_THAT(ErrorOf("[[ignore]]\npart = \"field\"\n"), HasSubstr("named by 'place'"));
  EXPECT_THAT(ErrorOf("[[ignore]]\npart = \"line\"\nplace = \"/a/b\"\n"), HasSubstr("its number"));
}

TEST(RulesFile, LinesOfATextAreOnlyIgnored) {
  constexpr auto kOfLine = "part = \"line\"\nplace = \"/1\"\n";
  for (const std::string rule :
       {"[[sort]]\n", "[[round]]\ndigits = 1\n", "[[map]]\nvalues = { \"a\" = \"b\" }\n"}) {
    EXPECT_THAT(ErrorOf(rule + kOfLine), HasSubstr("there is nothing of that kind in it"));
  }
  EXPECT_THAT(ErrorOf("[[jq]]\npart = \"line\"\nprogram = \".\"\n"), HasSubstr("no part"));
}

TEST(RulesFile, WhatCannotFitOrHidesEverythingIsRefused) {
  EXPECT_THAT(ErrorOf("[[ignore]]\n"), HasSubstr("it would hide all there is"));
  EXPECT_THAT(ErrorOf("[[ignore]]\nwhen = { from = 2026-01-02T00:00:00Z, to = "
                      "2026-01-01T00:00:00Z }\n"),
              HasSubstr("not after 'from'"));
  EXPECT_THAT(ErrorOf("[[ignore]]\nwhen = { status = \"40x\" }\n"),
              HasSubstr("'40x' is no status"));
  EXPECT_THAT(ErrorOf("[[ignore]]\nwhen = { from = \"-5m\" }\n"), HasSubstr("RFC 3339"));
  EXPECT_THAT(ErrorOf("[[ignore]]\nwhen = { path_regex = \"(\" }\n"), HasSubstr("'path_regex'"));
}

TEST(RulesFile, WhatAnActionNeedsIsAskedFor) {
  EXPECT_THAT(ErrorOf("[[tolerance]]\nplace = \"/a\"\n"), HasSubstr("it tolerates nothing"));
  EXPECT_THAT(ErrorOf("[[tolerance]]\nrelative = 1\n"), HasSubstr("'place' is missing"));
  EXPECT_THAT(ErrorOf("[[round]]\nplace = \"/a\"\n"), HasSubstr("'digits' is missing"));
  EXPECT_THAT(ErrorOf("[[map]]\nplace = \"/a\"\n"), HasSubstr("'values' is missing"));
  EXPECT_THAT(ErrorOf("[[map]]\nplace = \"/a\"\nvalues = { \"a\" = \"b*\" }\n"),
              HasSubstr("one '*' may stand at the source"));
}

}  // namespace
}  // namespace trafrec::compare
