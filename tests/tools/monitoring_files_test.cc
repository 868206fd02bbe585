#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

// The alert rules and the dashboard of packaging/, by Prometheus' own tool. That a recorder has the
// metrics which they use is metrics_live_test.cc's.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::RunToEnd;
using testing::HasSubstr;

const std::filesystem::path kPackaging = std::filesystem::path(TRAFREC_SOURCE_DIR) / "packaging";

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(AlertRules, AreRulesAndRiseForTheirReasons) {
  const std::string folder = kPackaging / "prometheus";
  const Outcome check =
      RunToEnd({"/usr/bin/promtool", "check", "rules", folder + "/trafrec.rules.yml"});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  const Outcome test =
      RunToEnd({"/usr/bin/promtool", "test", "rules", folder + "/trafrec.rules.test.yml"});
  EXPECT_EQ(test.exit_code, 0) << test.out << test.err;
}

TEST(AlertRules, EachHasATestInWhichItRises) {
  const std::string rules = ReadText(kPackaging / "prometheus" / "trafrec.rules.yml");
  const std::string tests = ReadText(kPackaging / "prometheus" / "trafrec.rules.test.yml");
  const std::regex alert("- alert: (\\w+)");
  for (std::sregex_iterator found(rules.begin(), rules.end(), alert), end; found != end; ++found) {
    EXPECT_THAT(tests, HasSubstr("- alertname: " + (*found)[1].str() + "\n"));
  }
}

class Dashboard : public testing::Test {
 protected:
  const json dashboard_ =
      json::parse(ReadText(kPackaging / "grafana" / "trafrec.json"), nullptr, false);
};

TEST_F(Dashboard, PanelsHaveNumbersOfTheirOwnAndDoNotOverlap) {
  ASSERT_FALSE(dashboard_.is_discarded());
  std::set<int> ids;
  std::set<std::pair<int, int>> taken;
  for (const json& panel : dashboard_["panels"]) {
    EXPECT_TRUE(ids.insert(panel["id"].get<int>()).second) << panel["title"];
    const json& place = panel["gridPos"];
    for (int x = place["x"]; x < place["x"].get<int>() + place["w"].get<int>(); ++x) {
      EXPECT_LT(x, 24) << panel["title"];
      for (int y = place["y"]; y < place["y"].get<int>() + place["h"].get<int>(); ++y) {
        EXPECT_TRUE(taken.emplace(x, y).second) << panel["title"];
      }
    }
  }
  EXPECT_GT(ids.size(), 20U);
}

/// As recording rules, for promtool knows no other way to look at an expression.
TEST_F(Dashboard, ExpressionsArePromQl) {
  ASSERT_FALSE(dashboard_.is_discarded());
  std::string rules = "groups:\n- name: dashboard\n  rules:\n";
  int count = 0;
  for (const json& panel : dashboard_["panels"]) {
    for (const json& target : panel.value("targets", json::array())) {
      std::string expression = target["expr"];
      expression = std::regex_replace(expression, std::regex("\\$__rate_interval"), "1m");
      rules += "  - record: \"trafrec:panel" + std::to_string(++count) +
               "\"\n    expr: " + json(expression).dump() + "\n";
    }
  }
  const test_support::TemporaryFolder folder;
  std::ofstream(folder / "rules.yml") << rules;
  const Outcome check =
      RunToEnd({"/usr/bin/promtool", "check", "rules", (folder / "rules.yml").string()});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  EXPECT_THAT(check.out, HasSubstr("SUCCESS: " + std::to_string(count) + " rules found"));
}

}  // namespace
}  // namespace trafrec::tools
