#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "replay/compare/answer_compare.h"
#include "replay/compare/rules_file.h"

// Adding a rule never adds a difference: whatever rules there are, with one more of them no pair of
// answers is told that was not, and nothing is told where nothing was told before.

namespace trafrec::compare {
namespace {

using nlohmann::json;

/// Small documents of few names, so that rules fit.
class Documents {
 public:
  explicit Documents(uint32_t seed) : random_(seed) {}

  size_t Below(size_t count) {
    return std::uniform_int_distribution<size_t>(0, count - 1)(random_);
  }

  json Any(size_t depth = 0) {
    constexpr const char* kNames[] = {"a", "b", "c", "l", "_index"};
    constexpr const char* kTexts[] = {"old-1", "old-2", "new-1", "x"};
    switch (depth == 0 ? 0 : depth > 3 ? 2 + Below(3) : Below(5)) {
      case 0: {
        json object = json::object();
        for (size_t i = Below(4) + 1; i > 0; --i) {
          object[kNames[Below(5)]] = Any(depth + 1);
        }
        return object;
      }
      case 1: {
        json array = json::array();
        for (size_t i = Below(4); i > 0; --i) {
          array.push_back(Any(depth + 1));
        }
        return array;
      }
      case 2:
        return kTexts[Below(4)];
      case 3:
        return static_cast<double>(Below(40)) / 10;
      default:
        return Below(3);
    }
  }

  /// What a target may make of it.
  json Changed(json value) {
    if (value.is_array() && Below(2) == 0) {
      std::shuffle(value.begin(), value.end(), random_);
    }
    if (value.is_structured()) {
      for (json& each : value) {
        each = Changed(std::move(each));
      }
      if (!value.empty() && Below(6) == 0) {
        value.erase(value.begin());
      }
      return value;
    }
    if (value.is_string() && value.get<std::string>().starts_with("old-") && Below(2) == 0) {
      return "new-" + value.get<std::string>().substr(4);
    }
    return value.is_number_float() && Below(3) == 0 ? json(value.get<double>() + 0.1)
           : Below(9) == 0                          ? Any(4)
                                                    : value;
  }

 private:
  std::mt19937 random_;
};

const std::vector<Rule>& Menu() {
  static const std::vector<Rule> kMenu = ParseRules(R"(
[[ignore]]
place = "/a"
[[ignore]]
place = "/**/b"
kind = "missing"
[[ignore]]
place = "/**/c"
kind = "type"
[[tolerance]]
place = "/**/a"
absolute = 0.15
[[round]]
place = "/**"
digits = 0
[[sort]]
place = "/l"
[[sort]]
place = "/**/a"
by = "/b"
[[sort]]
place = "/**"
[[map]]
place = "/**/_index"
values = { "old-*" = "new-*" }
[[map]]
place = "/**"
values = { "old-1" = "new-1", "x" = "old-2" }
[[map]]
place = "/*"
keys = true
values = { "a" = "b" }
[[jq]]
program = 'del(.a)'
[[jq]]
program = '.l |= (if type == "array" then sort else . end)'
[[jq]]
program = '{z: .a, b: .b}'
[[jq]]
program = 'if .a == .b then . else .c = 1 end'
)",
                                                    "menu.toml")
                                             .value();
  return kMenu;
}

Differences Compared(const std::vector<Rule>& rules, const std::string& a, const std::string& b) {
  return CompareAnswers({.status = 200, .headers = {}, .body = a},
                        {.status = 200, .headers = {}, .body = b}, RulesHere(rules, {}));
}

/// Rules of the menu by the bits of a number.
std::vector<Rule> Chosen(size_t bits) {
  std::vector<Rule> rules;
  for (size_t i = 0; i < Menu().size(); ++i) {
    if ((bits >> i & 1U) != 0) {
      rules.push_back(Menu()[i]);
    }
  }
  return rules;
}

std::string NamesOf(const std::vector<Rule>& rules) {
  std::string names;
  for (const Rule& rule : rules) {
    names += rule.origin + "; ";
  }
  return names;
}

bool Maps(const std::vector<Rule>& rules) {
  return std::ranges::any_of(rules, [](const Rule& rule) { return rule.action == Action::kMap; });
}

/// The member of the root that a place is in.
std::string Top(const std::string& pointer) { return pointer.substr(0, pointer.find('/', 1)); }

bool IsToldAround(const Difference& difference, const Differences& before) {
  return std::ranges::any_of(before.found, [&](const Difference& each) {
    return !each.rule && (Top(each.source_pointer) == Top(difference.source_pointer) ||
                          Top(each.target_pointer) == Top(difference.target_pointer));
  });
}

TEST(Rules, AddingOneNeverAddsADifference) {
  Documents documents(1);
  for (int round = 0; round < 3'000; ++round) {
    const json source = documents.Any();
    const std::string a = source.dump();
    const std::string b = documents.Changed(source).dump();
    const size_t bits = documents.Below(size_t{1} << Menu().size());
    const size_t added = size_t{1} << documents.Below(Menu().size());
    const std::vector<Rule> fewer = Chosen(bits & ~added);
    const std::vector<Rule> more = Chosen(bits | added);
    SCOPED_TRACE(a + "\n" + b + "\n" + NamesOf(fewer) + "\nand " + NamesOf(Chosen(added)));
    const Differences before = Compared(fewer, a, b);
    const Differences after = Compared(more, a, b);
    ASSERT_TRUE(before.told() > 0 || after.told() == 0);
    // A document that a map brings together with its partner is told by what differs in it.
    ASSERT_TRUE(after.told() <= before.told() || Maps(more));
    for (const Difference& each : after.found) {
      ASSERT_TRUE(each.rule || IsToldAround(each, before)) << InWords(each);
    }
  }
}

}  // namespace
}  // namespace trafrec::compare
