#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/compare/replayed_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::HttpAnswer;
using test_support::Outcome;
using test_support::ReplayedLog;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

/// Another stamp in each answer; `planted` names one path whose value is another, and one that is
/// gone.
ReplayedLog::Server Stamping(int first, bool planted) {
  return [stamp = std::make_shared<std::atomic<int>>(first), planted](const std::string& path) {
    if (planted && path == "/5") {
      return HttpAnswer("404 Not Found", "{}");
    }
    return HttpAnswer("200 OK", R"({"n":")" + path + (planted && path == "/3" ? "!" : "") +
                                    R"(","stamp":)" + std::to_string((*stamp)++) + "}");
  };
}

std::vector<std::string> EachTwice() {
  std::vector<std::string> paths;
  for (const std::string& path : test_support::NumberedPaths(10)) {
    paths.insert(paths.end(), {path, path});
  }
  return paths;
}

class NoiseCommand : public testing::Test {
 protected:
  json Compare(std::vector<std::string> options) const {
    options.insert(options.begin(), {"compare", log_.log(), run_, "--json"});
    const Outcome outcome = Trafrec(options);
    EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
    return json::parse(outcome.out);
  }

  const ReplayedLog log_{EachTwice(), Stamping(1'000, false)};
  const std::string run_ = log_.Replay("run", Stamping(2'000, true));
};

TEST_F(NoiseCommand, WhatRepeatsAtTheSourceVaryInIsHiddenAndOnlyThat) {
  EXPECT_EQ(Compare({})["differing"], 20);
  const json report = Compare({"--learn-noise"});
  EXPECT_EQ(report["differing"], 4);  // /3 and /5, each twice
  EXPECT_EQ(report["noise"]["repeats"], 10);
  ASSERT_EQ(report["noise"]["learned"].size(), 1U);
  const json& learned = report["noise"]["learned"][0];
  EXPECT_EQ(learned["place"], "/stamp");
  EXPECT_EQ(learned["from"], "repeats");
  EXPECT_EQ(learned["noise"]["differing"], 10);
  EXPECT_EQ(learned["hidden"], 18);
}

TEST_F(NoiseCommand, AControlRunTeachesTheSameAndItCanBeFrozen) {
  const std::string control = log_.Replay("control", Stamping(3'000, true));
  const std::string frozen = log_.folder() / "frozen.toml";
  const json learning = Compare({"--control", control, "--freeze", frozen});
  EXPECT_EQ(learning["differing"], 4);
  EXPECT_EQ(learning["noise"]["controls"], 20);
  EXPECT_EQ(learning["noise"]["learned"][0]["from"], "control");
  const json after = Compare({"--rules", frozen});
  EXPECT_EQ(after["differing"], 4);
  EXPECT_TRUE(after["noise"].is_null());
}

TEST_F(NoiseCommand, TheTextSaysWhatWasLearnedFromWhat) {
  const Outcome outcome = Trafrec({"compare", log_.log(), run_, "--learn-noise"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("learned from 10 repeated requests at the source"),
                                 HasSubstr("/stamp (value): varies in 10 of 10 repeats")));
}

TEST(NoiseOptions, ToFreezeNothingIsRefused) {
  const Outcome outcome = Trafrec({"compare", "log", "run", "--freeze", "rules.toml"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--learn-noise"));
}

}  // namespace
}  // namespace trafrec::tools
