#include "replay/compare/default_rules.h"

#include <gmock/gmock.h>

#include "replay/compare/rules_file.h"

namespace trafrec::compare {
namespace {

using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::Not;

TEST(DefaultRules, EveryNamedFileReadsAsTheRulesThatAreBuiltIn) {
  for (const std::string& name : NamesOfDefaults()) {
    const auto printed = ParseRules(DefaultsText(name).value(), "printed.toml").value();
    std::vector<std::string> names;
    for (const Rule& rule : DefaultRules(name)) {
      EXPECT_FALSE(rule.is_own());
      names.push_back(rule.name);
    }
    std::vector<std::string> printed_names;
    for (const Rule& rule : printed) {
      printed_names.push_back(rule.name);
    }
    EXPECT_EQ(names, printed_names) << name;
    EXPECT_THAT(printed, Each(Field(&Rule::why, Not(IsEmpty())))) << name;
  }
}

TEST(DefaultRules, ATargetThatHasMappingTypesMustShowThem) {
  const auto has_type = [](std::string_view name) {
    return std::ranges::any_of(DefaultRules(name),
                               [](const Rule& rule) { return rule.name == "search.type"; });
  };
  EXPECT_TRUE(has_type("search"));
  EXPECT_TRUE(has_type("opensearch-2"));
  EXPECT_FALSE(has_type("opensearch-1"));
  EXPECT_FALSE(has_type("elasticsearch-7"));
}

TEST(DefaultRules, PlainHttpHasNone) { EXPECT_TRUE(DefaultRules("http").empty()); }

}  // namespace
}  // namespace trafrec::compare
