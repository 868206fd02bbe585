#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/tools/compare/replayed_log.h"
#include "tests/tools/run_trafrec.h"

// What a comparison keeps for the next one changes nothing of what that says.

namespace trafrec::tools {
namespace {

using test_support::HttpAnswer;
using test_support::NumberedPaths;
using test_support::ReplayedLog;
using test_support::Trafrec;

class KeptDifferences : public testing::Test {
 protected:
  std::string Compare(std::vector<std::string> options = {}) const {
    options.insert(options.begin(),
                   {"compare", log_.log(), run_, "--dialect", "http", "--json", "--jobs", "2"});
    return Trafrec(options).out;
  }
  std::string Written() const {
    std::ostringstream text;
    text << std::ifstream(kept_).rdbuf();
    return text.str();
  }
  std::string Rules(const std::string& toml) const {
    const std::string file = log_.folder() / "rules.toml";
    std::ofstream(file) << toml;
    return file;
  }

  const ReplayedLog log_{
      NumberedPaths(5), [](const std::string& path) {
        return HttpAnswer("200 OK", R"({"n": 1, "tags": ["a", "b"], "path": ")" + path + "\"}");
      }};
  const std::string run_ = log_.Replay("run", [](const std::string& path) {
    return HttpAnswer("200 OK", path == "/3"
                                    ? R"({"n": 2, "tags": ["b", "a"], "path": "/3"})"
                                    : R"({"n": 1, "tags": ["a", "b"], "path": ")" + path + "\"}");
  });
  const std::string kept_ = run_ + "/differences.kept";
};

TEST_F(KeptDifferences, SayTheSameUnderOtherRules) {
  const std::string first = Compare();
  ASSERT_TRUE(std::filesystem::exists(kept_));
  EXPECT_EQ(Compare(), first);
  for (const char* rules : {"[[ignore]]\nplace = \"/n\"\n", "[[sort]]\nplace = \"/tags\"\n",
                            "[[ignore]]\nplace = \"/**\"\nwhen = { path = \"/3\" }\n"}) {
    const std::string file = Rules(rules);
    EXPECT_EQ(Compare({"--rules", file}), Compare({"--rules", file, "--afresh"})) << rules;
  }
}

TEST_F(KeptDifferences, AreNotBelievedWhereTheyAreDamaged) {
  const std::string first = Compare();
  const std::string good = Written();
  std::string bad = good;
  bad[bad.size() / 2] ^= 1;
  std::ofstream(kept_) << bad;
  EXPECT_EQ(Compare(), first);
  EXPECT_EQ(Written(), good);
}

TEST_F(KeptDifferences, AreFoundAnewWhenTheLogIsAnotherOne) {
  Compare();
  const std::string good = Written();
  for (const auto& each : std::filesystem::recursive_directory_iterator(log_.log())) {
    if (each.path().extension() == ".sqlite") {
      std::filesystem::last_write_time(
          each.path(), std::filesystem::last_write_time(each.path()) - std::chrono::hours(1));
    }
  }
  Compare();
  EXPECT_NE(Written(), good);
}

TEST_F(KeptDifferences, AreNotKeptOfWhatIsReadAfresh) {
  Compare({"--afresh"});
  EXPECT_FALSE(std::filesystem::exists(kept_));
}

}  // namespace
}  // namespace trafrec::tools
