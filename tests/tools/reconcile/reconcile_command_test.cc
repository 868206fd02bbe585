#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tools/captures.h"
#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::SourceLog;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<json> Lines(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(json::parse(line));
  }
  return lines;
}

class ReconcileCommand : public testing::Test {
 protected:
  Outcome Reconcile(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"reconcile", log_});
    return Trafrec(options);
  }

  /// The verdicts by the documents' ids.
  std::map<std::string, json> Verdicts(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words = {"--json"};
    words.insert(words.end(), options.begin(), options.end());
    const Outcome outcome = Reconcile(words);
    EXPECT_EQ(outcome.err, "");
    std::map<std::string, json> verdicts;
    for (const json& line : Lines(outcome.out)) {
      if (line.contains("verdict")) {
        verdicts[line["id"]] = line;
      }
    }
    return verdicts;
  }

  TemporaryFolder folder_;
  const std::string log_ = test_support::TypicalSource().RecordedInto(folder_);
};

TEST_F(ReconcileCommand, ARequestThatEndedInItsTargetHasAVerdictToo) {
  const TemporaryFolder folder;
  const std::string log = SourceLog()
                              .AsksWho()
                              .MakesIndex()
                              .Begun("PUT /idx/_doc/12?rout")
                              .Begun("GET /idx/_do")
                              .RecordedInto(folder);
  const std::vector<json> lines =
      Lines(Trafrec({"reconcile", log, "--json", "--dialect", "search"}).out);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front()["method"], "PUT");
  EXPECT_EQ(lines.front()["verdict"], "not_committed");
  EXPECT_EQ(lines.front()["evidence"][0]["kind"], "wire");
}

TEST_F(ReconcileCommand, SaysHowManyAreOpenAndWhichStayUnknown) {
  const Outcome outcome = Reconcile();
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("9 mutations, of 4 the log does not show the outcome"),
                    HasSubstr("       1  committed\n"), HasSubstr("       1  not_committed\n"),
                    HasSubstr("unknown:\n  test-0001-"), HasSubstr("PUT /idx/_doc/5")));
}

TEST_F(ReconcileCommand, JsonIsAnObjectForEachQuestionWithItsEvidence) {
  const std::map<std::string, json> verdicts = Verdicts();
  ASSERT_EQ(verdicts.size(), 4U);
  const json& committed = verdicts.at("2");
  EXPECT_THAT(committed.dump(),
              AllOf(HasSubstr(R"("verdict":"committed")"), HasSubstr(R"("grade":"proven")")));
  EXPECT_EQ(committed["method"], "PUT");
  EXPECT_EQ(committed["target"], "/idx/_doc/2");
  EXPECT_EQ(committed["index"], "idx");
  EXPECT_TRUE(committed["item"].is_null());
  EXPECT_EQ(committed["evidence"][0]["kind"], "history");
  EXPECT_EQ(verdicts.at("4")["verdict"], "not_committed");
  EXPECT_EQ(verdicts.at("4")["evidence"][0]["kind"], "wire");
  EXPECT_EQ(verdicts.at("5")["verdict"], "unknown");
  EXPECT_TRUE(verdicts.at("5")["grade"].is_null());
  EXPECT_EQ(verdicts.at("5")["evidence"][0]["kind"], "open");
}

TEST_F(ReconcileCommand, JsonNamesItsMembersInOneOrder) {
  const std::string out = Reconcile({"--json"}).out;
  const auto line = nlohmann::ordered_json::parse(out.substr(0, out.find('\n')));
  std::vector<std::string> names;
  for (const auto& [name, value] : line.items()) {
    names.push_back(name);
  }
  EXPECT_THAT(names, ElementsAre("exchange", "item", "method", "target", "index", "id", "verdict",
                                 "grade", "evidence", "position"));
}

TEST_F(ReconcileCommand, ExplainTellsOneVerdictStepByStep) {
  const std::string id = Verdicts().at("2")["exchange"];
  const Outcome outcome = Trafrec({"reconcile", "explain", log_, id});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr(id + "  PUT /idx/_doc/2  index of 2\n  committed\n"),
                                 HasSubstr("  1. history: "), Not(HasSubstr("/idx/_doc/4"))));
}

TEST_F(ReconcileCommand, ExplainOfWhatIsNotOpenSaysSo) {
  const Outcome answered = Trafrec({"reconcile", "explain", log_, "test-0001-11"});
  EXPECT_EQ(answered.exit_code, 1);
  EXPECT_THAT(answered.err, AllOf(HasSubstr("nothing is open about test-0001-11"),
                                  HasSubstr("try: trafrec reconcile LOG --json")));
  const Outcome no_id = Trafrec({"reconcile", "explain", log_, "five"});
  EXPECT_EQ(no_id.exit_code, 2);
  EXPECT_THAT(no_id.err, HasSubstr("'five'"));
}

TEST_F(ReconcileCommand, TheOverlayHoldsTheVerdictsAndIsTheSameEachTime) {
  const std::string overlay = folder_ / "overlay.sqlite";
  ASSERT_EQ(Reconcile({"-o", overlay}).exit_code, 0);
  const Outcome listed = Trafrec({"overlay", overlay, "list", "--json"});
  EXPECT_THAT(listed.out, AllOf(HasSubstr(R"("verdict":"committed")"),
                                HasSubstr(R"("verdict":"not_committed")")));
  ASSERT_EQ(Reconcile({"-o", overlay}).exit_code, 0);
  EXPECT_EQ(Trafrec({"overlay", overlay, "list", "--json"}).out, listed.out);
}

TEST_F(ReconcileCommand, APlaceThatTakesNoOverlayOrPageIsNamedWithARemedy) {
  const std::string folder = folder_ / "folder";
  std::filesystem::create_directory(folder);
  const std::string text = folder_.Write("text", "none of ours");
  for (const auto& [words, says] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"-o", folder}, "it is a directory"},
           {{"-o", folder_ / "none" / "overlay"}, "there is no folder"},
           {{"-o", text}, "is no overlay"},
           {{"--html", folder}, "it is a directory"},
           {{"--html", folder_ / "none" / "page.html"}, "No such file or directory"}}) {
    const Outcome outcome = Reconcile(words);
    EXPECT_NE(outcome.exit_code, 0) << says;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(words[1]), HasSubstr(says), HasSubstr("try: ")));
    EXPECT_EQ(outcome.out, "") << "before any work is done";
  }
}

TEST_F(ReconcileCommand, ArgumentsThatAreWrongAreNamed) {
  for (const auto& [words, says] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"reconcile"}, "no log given"},
           {{"reconcile", "explain", log_}, "explain takes a log and an id"},
           {{"reconcile", log_, "more"}, "'more' is one argument too many"},
           {{"reconcile", "explain", log_, "test-0001-11", "-o", "x"},
            "--out and --html are not for explain"},
           {{"reconcile", log_, "--html", "-"}, "--html - and the verdicts"},
           {{"reconcile", log_, "--auth", "basic"}, "--source"},
           {{"reconcile", log_, "--settle", "soon"}, "--settle"},
           {{"reconcile", log_, "--max-ack-delay", "-1s"}, "--max-ack-delay"},
           {{"reconcile", log_, "--accept", "all"}, "--accept"}}) {
    const Outcome outcome = Trafrec(words);
    EXPECT_EQ(outcome.exit_code, 2) << says << outcome.out;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(says), HasSubstr("try: "))) << says;
  }
}

TEST_F(ReconcileCommand, AFolderThatIsNoLogIsNamed) {
  const Outcome outcome = Trafrec({"reconcile", folder_ / "none"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr(folder_ / "none"));
}

TEST_F(ReconcileCommand, OfALogWithoutSearchTrafficNothingIsProven) {
  test_support::WriteSampleCapture(folder_ / "web.pcap");
  test_support::RecordInto(folder_ / "web", folder_ / "web.pcap");
  const Outcome outcome = Trafrec({"reconcile", folder_ / "web", "--dialect", "http", "--json"});
  const std::vector<json> lines = Lines(outcome.out);
  ASSERT_EQ(lines.size(), 1U) << outcome.err;
  EXPECT_EQ(lines[0]["target"], "/slow");
  EXPECT_EQ(lines[0]["verdict"], "unknown");
}

TEST_F(ReconcileCommand, ALogWithoutAMutationHasNothingOpen) {
  test_support::WriteManyCapture(folder_ / "reads.pcap", 3);
  test_support::RecordInto(folder_ / "reads", folder_ / "reads.pcap");
  const Outcome outcome = Trafrec({"reconcile", folder_ / "reads"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("0 mutations, of 0 the log does not show the outcome"));
}

TEST_F(ReconcileCommand, AnEncryptedLogAsksForItsIdentity) {
  const std::string key = folder_ / "key";
  ASSERT_EQ(Trafrec({"keygen", "--for", "encrypt", "--out", key}).exit_code, 0);
  const std::string secret =
      test_support::TypicalSource().RecordedInto(folder_, "secret", {"--encrypt-to", key + ".pub"});
  const Outcome without = Trafrec({"reconcile", secret});
  EXPECT_EQ(without.exit_code, 1);
  EXPECT_THAT(without.err, AllOf(HasSubstr("encrypted"), HasSubstr("--identity")));
  const Outcome with = Trafrec({"reconcile", secret, "--identity", key});
  EXPECT_EQ(with.out, Reconcile().out) << with.err;
}

TEST_F(ReconcileCommand, WhatWasInASegmentThatIsMissingMayHaveBeenAnything) {
  ASSERT_EQ(Verdicts().at("2")["verdict"], "committed");
  // Segments are numbered; of one that never was there is a manifest.
  const std::filesystem::path attempt = std::filesystem::path(log_) / "test" / "0001";
  std::filesystem::copy_file(attempt / "000001.manifest.json", attempt / "000002.manifest.json");
  EXPECT_EQ(Verdicts().at("2")["verdict"], "unknown");
  EXPECT_EQ(Verdicts().at("4")["verdict"], "not_committed") << "the wire still shows it";
  EXPECT_THAT(Reconcile().out, HasSubstr("test-0001 lacks segments"));
}

TEST_F(ReconcileCommand, ATranslogFolderThatCannotServeIsNamed) {
  for (const auto& [path, says] : std::vector<std::pair<std::string, std::string>>{
           {folder_ / "nowhere", "nowhere"}, {log_, "holds no translog"}}) {
    const Outcome outcome = Reconcile({"--translog", path});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(says), HasSubstr("try: "))) << says;
  }
}

}  // namespace
}  // namespace trafrec::tools
