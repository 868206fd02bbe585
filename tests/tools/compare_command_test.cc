#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

std::string Answer(const std::string& status, const std::string& body, const std::string& type) {
  return "HTTP/1.1 " + status + "\r\n" + (type.empty() ? "" : "Content-Type: " + type + "\r\n") +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// The sample log, replayed to a target that gives the source's answers, but for /hello.
class CompareCommand : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteSampleCapture(folder_ / "sample.pcap");
    test_support::RecordInto(log_, folder_ / "sample.pcap");
  }

  void Replay(const std::string& hello, const std::vector<std::string>& more = {}) const {
    const send::ScriptedServer target(
        {send::ScriptedServer::Answering([&](const std::string& request) {
          return request.starts_with("PUT")
                     ? Answer("201 Created", R"({ "result": "created" })", "application/json")
                 : request.starts_with("GET /hello") ? Answer("200 OK", hello, "text/plain")
                                                     : Answer("404 Not Found", "", "text/plain");
        })});
    std::vector<std::string> words = {"replay",  log_,        "--to",   target.url(), "--run",
                                      run_,      "--dialect", "http",   "--phantoms", "drop",
                                      "--speed", "max",       "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = Trafrec(words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  Outcome Explain(const std::string& id, std::vector<std::string> options = {},
                  const std::string& columns = "80") const {
    options.insert(options.begin(), {"compare", "explain", log_, run_, id, "--dialect", "http"});
    return Trafrec(options, {.environment = {{"COLUMNS", columns}}});
  }

  Outcome Compare(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"compare", log_, run_, "--dialect", "http"});
    return Trafrec(options);
  }

  TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string run_ = folder_ / "run";
};

TEST_F(CompareCommand, TheSameAnswersAreNoDifference) {
  Replay("hello\n");
  const Outcome outcome = Compare();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("No difference in 3 pairs of answers."),
                                 HasSubstr("1 exchange, not sent by the run")));
}

TEST_F(CompareCommand, ADifferenceIsToldInWordsWithBothExchanges) {
  Replay("goodbye\n");
  const Outcome outcome = Compare();
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("1 of 3 pairs of answers differ"), HasSubstr("GET /hello"),
                    HasSubstr("line 1: hello at the source, goodbye at the target"),
                    HasSubstr("first in test-0001-11")));
}

TEST_F(CompareCommand, JsonHasWhatTheTextHas) {
  Replay("goodbye\n");
  const json report = json::parse(Compare({"--json"}).out);
  EXPECT_EQ(report["compared"], 3);
  EXPECT_EQ(report["differing"], 1);
  EXPECT_EQ(report["not_compared"]["not_sent"], 1);
  ASSERT_EQ(report["differences"].size(), 1U);
  EXPECT_EQ(report["differences"][0]["part"], "line");
  EXPECT_EQ(report["differences"][0]["first"]["exchange"], "test-0001-11");
}

TEST_F(CompareCommand, OnlyWhatFailIfSaysFails) {
  Replay("goodbye\n");
  const Outcome holds = Compare({"--fail-if", "status > 0", "--fail-if", "body > 30%"});
  EXPECT_EQ(holds.exit_code, 3);
  EXPECT_THAT(holds.out, AllOf(HasSubstr("passes: status > 0: 0 of 3 pairs of answers (0%)"),
                               HasSubstr("fails: body > 30%: 1 of 3 pairs of answers (33%)")));
  EXPECT_EQ(Compare({"--fail-if", "status > 0"}).exit_code, 0);
}

TEST_F(CompareCommand, LatenciesAreToldOfBothSides) {
  Replay("hello\n");
  EXPECT_THAT(Compare().out, HasSubstr("\nLatency\n"));
  const json latency = json::parse(Compare({"--json", "--slower", "50%"}).out)["latency"];
  EXPECT_EQ(latency["slower_share"], 0.5);
  EXPECT_EQ(latency["all"]["count"], 3);
  EXPECT_EQ(latency["shapes"].size(), 3U);
  EXPECT_GE(latency["all"]["target_ns"]["max"], latency["all"]["target_ns"]["p50"]);
}

TEST_F(CompareCommand, SizesAreToldOfBothSides) {
  Replay("hello, and more\n");
  EXPECT_THAT(Compare().out, HasSubstr("\nBytes of an answer\n"));
  const json sizes = json::parse(Compare({"--json"}).out)["sizes"];
  EXPECT_EQ(sizes["all"]["count"], 3);
  for (const json& each : sizes["shapes"]) {
    if (each["shape"] == "GET /hello") {
      EXPECT_EQ(each["source_bytes"]["p50"], 6);
      EXPECT_EQ(each["target_bytes"]["p99"], 16);
      EXPECT_EQ(each["distance"], 1.0);
    }
  }
  EXPECT_EQ(sizes["shapes"].size(), 3U);
}

TEST_F(CompareCommand, SaysWhatWasTakenOutForTheNetworkAndByWhat) {
  Replay("hello\n", {"--calibrate"});
  EXPECT_THAT(Compare().out, HasSubstr("at the source nothing; at the target "));
  const json trips =
      json::parse(Compare({"--json", "--round-trip", "calibration"}).out)["latency"]["round_trips"];
  EXPECT_EQ(trips["source"]["none"], 3);
  EXPECT_EQ(trips["target"]["calibration"], 3);
  EXPECT_GT(trips["target"]["ns"]["p50"], 0);
}

TEST_F(CompareCommand, ARunThatWasNotCalibratedIsSaidToBeSo) {
  Replay("hello\n");
  const Outcome outcome = Compare({"--round-trip", "calibration"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("the run was not calibrated"));
}

TEST_F(CompareCommand, ExplainShowsEachDifferenceOfOnePair) {
  Replay("goodbye\n");
  const Outcome outcome = Explain("test-0001-11");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("  * line 1: hello at the source, goodbye at the target"));
  const Outcome same = Explain("test-0001-13");
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_THAT(same.out, HasSubstr("no difference"));
}

TEST_F(CompareCommand, ExplainLaysTheAnswersSideBySideWhereThereIsRoom) {
  Replay("goodbye\n");
  EXPECT_THAT(Explain("test-0001-11").out, HasSubstr("\n* - hello\n* + goodbye\n"));
  const std::string wide = Explain("test-0001-11", {}, "120").out;
  EXPECT_THAT(wide, HasSubstr("\nhello" + std::string(54, ' ') + "* goodbye\n"));
}

TEST_F(CompareCommand, ExplainLeavesOutWhatIsAlikeUnlessAllIsAskedFor) {
  Replay("hello\n");
  EXPECT_THAT(Explain("test-0001-11").out, testing::Not(HasSubstr("status 200")));
  EXPECT_THAT(Explain("test-0001-11", {"--all"}).out, HasSubstr("    status 200\n"));
}

TEST_F(CompareCommand, WhatIsForOnePairIsRefusedForAll) {
  const Outcome outcome = Trafrec({"compare", log_, log_, "--all"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--all is for one pair"));
}

TEST_F(CompareCommand, ExplainNeedsAnExchange) {
  const Outcome outcome = Trafrec({"compare", "explain", log_, run_});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("no exchange of the source given"));
}

TEST_F(CompareCommand, ExplainAsJsonHasNoRuleForWhatIsTold) {
  Replay("goodbye\n");
  const json pair = json::parse(Explain("test-0001-11", {"--json"}).out);
  ASSERT_EQ(pair["differences"].size(), 1U);
  EXPECT_TRUE(pair["differences"][0]["hidden_by"].is_null());
}

TEST_F(CompareCommand, ExplainOfWhatWasNotSentSaysSo) {
  Replay("hello\n");
  const Outcome outcome = Explain("test-0001-14");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("sent nothing for test-0001-14"));
}

TEST_F(CompareCommand, ARunOfAnotherLogIsRefused) {
  Replay("hello\n");
  test_support::WriteManyCapture(folder_ / "other.pcap", 1);
  const std::string other = folder_ / "other";
  ASSERT_EQ(Trafrec({"record", "--read", folder_ / "other.pcap", "--log", other, "--recorder",
                     "another", "--quiet"})
                .exit_code,
            0);
  const Outcome outcome = Trafrec({"compare", other, run_});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("of another log"));
}

TEST_F(CompareCommand, ALogThatIsNoRunIsRefused) {
  const Outcome outcome = Trafrec({"compare", log_, log_});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("no run of"));
}

void WriteRules(const std::string& file, const std::string& text) { std::ofstream(file) << text; }

TEST_F(CompareCommand, ARuleOfAFileIsListedWithWhatItHid) {
  Replay("goodbye\n");
  const std::string rules = folder_ / "rules.toml";
  WriteRules(rules,
             "[[ignore]]\npart = \"line\"\nwhen = { path = \"/hello\" }\n"
             "[[ignore]]\nplace = \"/never\"\n");
  const Outcome outcome = Compare({"--rules", rules});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("1  ignore line"), HasSubstr("rules.toml, line 1"),
                                 HasSubstr("0  ignore /never"), HasSubstr("  never")));
  const json report = json::parse(Compare({"--rules", rules, "--json"}).out);
  EXPECT_EQ(report["rules"][0]["hidden"], 1);
  EXPECT_EQ(report["rules"][1]["origin"], rules + ", line 4");
}

TEST_F(CompareCommand, ARulesFileThatIsWrongIsRefusedWithItsLine) {
  const std::string rules = folder_ / "rules.toml";
  WriteRules(rules, "[[ignore]]\nplace = \"took\"\n");
  const Outcome outcome = Trafrec({"compare", log_, log_, "--rules", rules});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("rules.toml, line 2: 'place' in [[ignore]]"));
}

TEST_F(CompareCommand, APlaceThatIsNoPointerIsRefused) {
  Replay("hello\n");
  const Outcome outcome = Compare({"--ignore", "took"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("'took'"), HasSubstr("/hits/hits/*/_score")));
}

}  // namespace
}  // namespace trafrec::tools
