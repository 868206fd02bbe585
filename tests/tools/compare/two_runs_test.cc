#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/compare/replayed_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::HttpAnswer;
using test_support::NumberedPaths;
using test_support::Outcome;
using test_support::ReplayedLog;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

constexpr int kExchanges = 5;

std::string Echo(const std::string& path) { return HttpAnswer("200 OK", "\"" + path + "\""); }
std::string EchoButThree(const std::string& path) {
  return path == "/3" ? HttpAnswer("404 Not Found", "null") : Echo(path);
}

class TwoRuns : public testing::Test {
 protected:
  static json Compare(const std::string& first, const std::string& second) {
    return json::parse(Trafrec({"compare", first, second, "--json"}).out);
  }

  const ReplayedLog log_{NumberedPaths(kExchanges), Echo};
  const std::string first_ = log_.Replay("first", Echo);
  const std::string second_ = log_.Replay("second", EchoButThree);
};

TEST_F(TwoRuns, ArePairedByWhatTheyWereSentForWithoutTheirLog) {
  std::filesystem::remove_all(log_.log());
  const json report = Compare(first_, second_);
  EXPECT_EQ(report["compared"], kExchanges);
  EXPECT_EQ(report["differing"], 1);
  EXPECT_EQ(report["differences"][0]["first"]["source"], "200");
  EXPECT_EQ(report["differences"][0]["first"]["target"], "404");
  EXPECT_EQ(report["shapes"][0]["shape"], "GET /{n}");
}

TEST_F(TwoRuns, TheOtherWayRoundAreTheMirrorAndOneWithItselfIsEmpty) {
  const json there = Compare(first_, second_);
  const json back = Compare(second_, first_);
  ASSERT_EQ(there["differences"].size(), back["differences"].size());
  for (size_t i = 0; i < there["differences"].size(); ++i) {
    const json& one = there["differences"][i];
    const json& other = back["differences"][i];
    EXPECT_EQ(one["place"], other["place"]);
    EXPECT_EQ(one["exchanges"], other["exchanges"]);
    EXPECT_EQ(one["first"]["source"], other["first"]["target"]);
    EXPECT_EQ(one["first"]["target"], other["first"]["source"]);
  }
  EXPECT_TRUE(Compare(second_, second_)["differences"].empty());
}

TEST_F(TwoRuns, WhatOnlyOneSentIsCounted) {
  const std::string third = log_.Replay("third", Echo, {"--where", "target IN ('/0', '/1')"});
  EXPECT_EQ(Compare(first_, third)["not_compared"]["not_sent"], kExchanges - 2);
  EXPECT_EQ(Compare(third, first_)["not_compared"]["source_gone"], kExchanges - 2);
}

TEST_F(TwoRuns, TheTextSaysWhichIsWhich) {
  const Outcome outcome = Trafrec({"compare", first_, second_});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("two runs: the source is"), HasSubstr("first"),
                                 HasSubstr("200 at the source, 404 at the target")));
  const Outcome one = Trafrec({"compare", "explain", first_, second_, "test-0001-14"});
  EXPECT_THAT(one.out, HasSubstr("200 at the source, 404 at the target"));
}

TEST_F(TwoRuns, OfLogsThatOnlyHaveTheSameIdsAreRefused) {
  const ReplayedLog other(NumberedPaths(kExchanges), Echo);
  const Outcome runs = Trafrec({"compare", first_, other.Replay("run", Echo)});
  EXPECT_EQ(runs.exit_code, 2);
  EXPECT_THAT(runs.err, HasSubstr("runs of different logs"));
  const Outcome log_and_run = Trafrec({"compare", other.log(), first_});
  EXPECT_EQ(log_and_run.exit_code, 2);
  EXPECT_THAT(log_and_run.err, HasSubstr("is of another log"));
}

}  // namespace
}  // namespace trafrec::tools
