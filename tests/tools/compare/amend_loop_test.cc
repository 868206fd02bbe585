#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/compare/replayed_log.h"
#include "tests/tools/run_trafrec.h"

// Run, compare, amend, run again: what --suggest prints is taken as it stands.

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::HttpAnswer;
using test_support::Outcome;
using test_support::ReplayedLog;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string Source(const std::string& path) {
  return HttpAnswer("200 OK", R"({"path": ")" + path + R"(", "tags": ["a", "b"], "n": 1000})");
}
std::string Target(const std::string& path) {
  return path == "/gone" ? HttpAnswer("404 Not Found", "{}")
                         : HttpAnswer("200 OK", R"({"path": ")" + path +
                                                    R"(", "tags": ["b", "a"], "n": 1001})");
}

class AmendLoop : public testing::Test {
 protected:
  json Compare(const std::string& run, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"compare", log_.log(), run, "--dialect", "http", "--json"});
    return json::parse(Trafrec(options).out);
  }

  /// The first suggestion of each difference whose text holds `word`.
  static std::string Suggested(const json& report, const std::string& word) {
    std::string all;
    for (const json& difference : report["differences"]) {
      const json& list = difference["suggestions"];
      const auto found = std::ranges::find_if(list, [&](const json& each) {
        return each.contains("rule") && each["rule"].get<std::string>().contains(word);
      });
      all += found == list.end() ? "" : (*found)["rule"].get<std::string>();
    }
    return all;
  }

  const ReplayedLog log_{{"/one", "/gone"}, Source};
  const std::string run_ = log_.Replay("run", Target);
  const std::string rules_ = log_.folder() / "rules.toml";
};

TEST_F(AmendLoop, SuggestedRulesAppendedToAFileHideWhatTheyWereSuggestedFor) {
  const json before = Compare(run_, {"--suggest"});
  ASSERT_EQ(before["differing"], 2);
  std::ofstream(rules_) << Suggested(before, "[[ignore]]");
  const json after = Compare(run_, {"--rules", rules_});
  EXPECT_EQ(after["differing"], 0) << after.dump(1);
  for (const json& rule : after["rules"]) {
    EXPECT_GT(rule["hidden"], 0) << rule;
  }
}

TEST_F(AmendLoop, ArraysThatOnlyHaveAnotherOrderAreSortedByTheSuggestedRule) {
  std::ofstream(rules_) << Suggested(Compare(run_, {"--suggest"}), "[[sort]]");
  const json after = Compare(run_, {"--rules", rules_});
  EXPECT_EQ(after["rules"][0]["hidden"], 2);
}

TEST_F(AmendLoop, TheSuggestedCommandTakesARequestOutOfTheNextRunWhoseReportNamesIt) {
  const std::string overlay = log_.folder() / "changes.overlay";
  const json before = Compare(run_);
  const auto gone = std::ranges::find_if(
      before["differences"], [](const json& difference) { return difference["part"] == "status"; });
  ASSERT_NE(gone, before["differences"].end());
  const std::string id = (*gone)["first"]["exchange"];
  const Outcome shown =
      Trafrec({"compare", log_.log(), run_, "--dialect", "http", "--suggest", "--color", "never"});
  EXPECT_THAT(shown.out, HasSubstr("# trafrec overlay changes.overlay drop " + id));
  ASSERT_EQ(Trafrec({"overlay", overlay, "drop", id, "--log", log_.log(), "--reason", "differs"})
                .exit_code,
            0);
  const std::string again = log_.Replay("again", Target, {"--overlay", overlay});
  const Outcome after = Trafrec({"compare", log_.log(), again, "--dialect", "http"});
  EXPECT_THAT(after.out, AllOf(HasSubstr("The run was made with"), HasSubstr(overlay),
                               HasSubstr("1 entry"), HasSubstr("differs"), Not(HasSubstr("404"))));
  const json report = Compare(again);
  EXPECT_EQ(report["amendments"][0]["what"], "overlay");
  EXPECT_EQ(report["amendments"][0]["entries"], 1);
}

}  // namespace
}  // namespace trafrec::tools
