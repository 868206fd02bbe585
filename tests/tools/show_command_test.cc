#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::RunningTrafrec;
using test_support::Shell;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A log that all tests of the class read.
class ShowCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    log_ = *folder_ / "log";
    test_support::WriteSampleCapture(*folder_ / "sample.pcap");
    test_support::RecordInto(log_, *folder_ / "sample.pcap");
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static Outcome Show(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"show", log_});
    return Trafrec(more);
  }

  /// Targets of the rows that a filter lets through.
  static std::vector<std::string> Targets(std::vector<std::string> filter) {
    filter.emplace_back("--json");
    const Outcome outcome = Show(std::move(filter));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    std::istringstream lines(outcome.out);
    std::vector<std::string> targets;
    for (std::string line; std::getline(lines, line);) {
      targets.push_back(nlohmann::json::parse(line)["target"]);
    }
    return targets;
  }

  static std::string IdOf(const std::string& target) {
    const Outcome outcome = Show({"--json", "--target", "^" + target + "$"});
    return nlohmann::json::parse(outcome.out)["id"];
  }

  static TemporaryFolder* folder_;
  static std::string log_;
};

TemporaryFolder* ShowCommand::folder_ = nullptr;
std::string ShowCommand::log_;

TEST_F(ShowCommand, ListsEveryExchangeUnderAHeader) {
  std::istringstream lines(Show().out);
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) {
    rows.push_back(line);
  }
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_THAT(rows[0], StartsWith("TIME "));
  EXPECT_THAT(rows[1], AllOf(HasSubstr(" test-0001-"), HasSubstr(" GET "), HasSubstr(" 200 "),
                             HasSubstr(" /hello")));
  EXPECT_THAT(rows[4], AllOf(HasSubstr(" POST "), HasSubstr(" no-answer")));
}

TEST_F(ShowCommand, SaysWhatACopyWithoutAllFilesLacks) {
  const TemporaryFolder folder;
  const std::filesystem::path copy = folder / "copy";
  std::filesystem::copy(log_, copy, std::filesystem::copy_options::recursive);
  std::filesystem::remove(copy / "test" / "0001" / "000001.sqlite");
  EXPECT_THAT(Trafrec({"show", copy.string()}).err,
              HasSubstr("1 segment with 4 exchanges is missing"));
  EXPECT_THAT(Trafrec({"stats", copy.string()}).out, HasSubstr("missing   1 segment"));
}

TEST_F(ShowCommand, FiltersByMethodStatusTargetAndFlag) {
  EXPECT_THAT(Targets({"--method", "PUT,POST"}), ElementsAre("/idx/_doc/1", "/slow"));
  EXPECT_THAT(Targets({"--status", "4xx"}), ElementsAre("/missing"));
  EXPECT_THAT(Targets({"--status", "200", "--status", "none"}), ElementsAre("/hello", "/slow"));
  EXPECT_THAT(Targets({"--target", "_doc/[0-9]"}), ElementsAre("/idx/_doc/1"));
  EXPECT_THAT(Targets({"--flag", "response-missing"}), ElementsAre("/slow"));
  EXPECT_THAT(Targets({"--flag", "no-answer"}), ElementsAre("/slow"));
  EXPECT_THAT(Targets({"--incomplete"}), ElementsAre("/slow"));
  EXPECT_THAT(Targets({"--complete", "--limit", "1"}), ElementsAre("/hello"));
}

TEST_F(ShowCommand, FiltersBySqlAndTime) {
  EXPECT_THAT(Targets({"--where", "status = 404 OR request_bytes = 7"}),
              ElementsAre("/idx/_doc/1", "/missing"));
  EXPECT_THAT(Targets({"--since", "@1700000000", "--until", "2023-11-14T22:13:21Z"}).size(), 4U);
  EXPECT_THAT(Targets({"--since", "2023-11-15T00:00:00+01:00"}), IsEmpty());
}

TEST_F(ShowCommand, ATimeBeforeNowMayBeginWithADash) {
  EXPECT_THAT(Targets({"--since", "-5m"}), IsEmpty());
}

TEST_F(ShowCommand, MalformedFiltersAreUsageErrorsThatSayWhatIsAccepted) {
  for (const auto& [option, value, word] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"--since", "yesterday", "accepted: 2026"},
           {"--until", "2026-13-01", "accepted: 2026"},
           {"--since", "2026-11-21T06:48:00+25:00", "accepted: 2026"},
           {"--status", "ok", "5xx"},
           {"--flag", "broken", "response_missing"},
           {"--target", "(", "("},
           {"--limit", "-1", "--limit"}}) {
    const Outcome outcome = Show({option, value});
    EXPECT_EQ(outcome.exit_code, 2) << option << " " << value << ": " << outcome.err;
    EXPECT_THAT(outcome.err, AllOf(StartsWith("trafrec: "), HasSubstr(word))) << option;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(ShowCommand, AnErrorInSqlIsShownWithTheStatement) {
  const Outcome outcome = Show({"--where", "statsu = 200"});
  EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("statsu"), HasSubstr("no such column")));
}

TEST_F(ShowCommand, SqlThatWritesIsRefused) {
  for (const char* where :
       {"1; DELETE FROM exchange", "1) ; DROP TABLE exchange; --", "load_extension('x') IS NULL",
        "(SELECT writefile('/tmp/x', 'y')) IS NULL"}) {
    const Outcome outcome = Show({"--where", where});
    EXPECT_EQ(outcome.exit_code, 2) << where << ": " << outcome.err;
  }
  EXPECT_EQ(Trafrec({"verify", log_}).exit_code, 0);
}

TEST_F(ShowCommand, OneExchangeIsAPageWithItsBodies) {
  const Outcome outcome = Show({IdOf("/idx/_doc/1")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("PUT /idx/_doc/1 → 201 in 3"),
                                 HasSubstr("Host: es:9200"), HasSubstr("{\n  \"a\": 1\n}\n"),
                                 HasSubstr("\"result\": \"created\""), HasSubstr("complete")));
}

TEST_F(ShowCommand, AMissingAnswerIsSaidInWords) {
  EXPECT_THAT(Show({IdOf("/slow")}).out,
              AllOf(HasSubstr("no answer was seen"), HasSubstr("reset by the client")));
}

TEST_F(ShowCommand, BodyPrintsTheBytesAndNothingElse) {
  const std::string id = IdOf("/idx/_doc/1");
  EXPECT_EQ(Show({id, "--body"}).out, "{\"result\":\"created\"}");
  EXPECT_EQ(Show({id, "--request", "--body"}).out, "{\"a\":1}");
  EXPECT_EQ(Show({IdOf("/hello"), "--raw-body"}).out, "hello\n");
}

TEST_F(ShowCommand, SeveralIdsAreSeveralPages) {
  const std::string out = Show({IdOf("/hello"), IdOf("/missing")}).out;
  EXPECT_THAT(out, AllOf(HasSubstr("GET /hello →"), HasSubstr("GET /missing →")));
}

TEST_F(ShowCommand, JsonOfAnIdIsTheLineThatExportPrints) {
  const Outcome all = Trafrec({"export", log_, "--target", "/hello"});
  EXPECT_EQ(Show({IdOf("/hello"), "--json"}).out, all.out);
}

TEST_F(ShowCommand, AnIdThatDoesNotExistNamesWhatDoes) {
  const Outcome outcome = Show({"test-0001-1z"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("test-0001-1z"));
  EXPECT_NE(Show({"nonsense"}).exit_code, 0);
}

TEST_F(ShowCommand, WhatIsNoLogIsNamed) {
  std::ofstream(*folder_ / "file") << "x";
  for (const std::filesystem::path& path :
       {*folder_ / "nothing", *folder_ / "file", folder_->path()}) {
    for (const char* command : {"show", "export", "stats", "verify"}) {
      const Outcome outcome = Trafrec({command, path});
      EXPECT_NE(outcome.exit_code, 0) << command << " " << path;
      EXPECT_THAT(outcome.err, AllOf(StartsWith("trafrec: "), HasSubstr(path.string()))) << command;
    }
  }
}

TEST_F(ShowCommand, AnUnreadableLogIsAMatterOfRights) {
  const TemporaryFolder closed;
  chmod(closed.path().c_str(), 0);
  const Outcome outcome = Trafrec({"show", closed / "log"}, {.unprivileged = true});
  chmod(closed.path().c_str(), 0700);
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("ermission denied"));
}

TEST_F(ShowCommand, WithoutALogItIsAUsageError) {
  for (const char* command : {"show", "export", "stats", "verify"}) {
    EXPECT_EQ(Trafrec({command}).exit_code, 2) << command;
  }
}

TEST_F(ShowCommand, FiltersDoNotGoWithAnId) {
  EXPECT_EQ(Show({IdOf("/hello"), "--method", "GET"}).exit_code, 2);
  EXPECT_EQ(Show({"--body"}).exit_code, 2);
}

TEST_F(ShowCommand, NoColourWithoutATerminal) { EXPECT_THAT(Show().out, Not(HasSubstr("\033"))); }

TEST_F(ShowCommand, ColourWhereItIsWanted) {
  EXPECT_THAT(Show({"--color", "always"}).out, HasSubstr("\033[32m200 "));
}

TEST_F(ShowCommand, FollowShowsWhatIsThereAndEndsQuietlyOnCtrlC) {
  RunningTrafrec follow({"show", log_, "--follow"});
  follow.WaitForOutput("/slow");
  follow.Signal(SIGINT);
  const Outcome outcome = follow.Finish();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST_F(ShowCommand, FollowShowsWhatComesLater) {
  const std::string log = *folder_ / "followed";
  test_support::RecordInto(log, *folder_ / "sample.pcap");
  RunningTrafrec follow({"show", log, "--follow"});
  follow.WaitForOutput("/slow");
  test_support::WriteManyCapture(*folder_ / "many.pcap", 3);
  test_support::RecordInto(log, *folder_ / "many.pcap");
  follow.WaitForOutput(" /2\n");
  follow.Signal(SIGTERM);
  EXPECT_EQ(follow.Finish().exit_code, 0);
}

TEST_F(ShowCommand, AReaderThatGoesAwayEndsItQuietly) {
  const std::string log = *folder_ / "large";
  test_support::WriteManyCapture(*folder_ / "large.pcap", 20'000);
  test_support::RecordInto(log, *folder_ / "large.pcap");
  for (const std::string command : {"show", "export", "show --json", "export --format har"}) {
    const size_t blank = command.find(' ');
    const std::string name = command.substr(0, blank);
    const std::string rest = blank == std::string::npos ? "" : command.substr(blank);
    const Outcome outcome =
        Shell("{ trafrec " + name + " '" + log + "'" + rest + "; echo $? >&2; } | head -n 1");
    EXPECT_EQ(outcome.err, "0\n") << command;
    EXPECT_THAT(outcome.out, Not(IsEmpty()));
  }
}

TEST_F(ShowCommand, AFullDiskIsNoQuietEnd) {
  const Outcome outcome = Shell("trafrec export '" + log_ + "' > /dev/full");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("No space left"));
}

}  // namespace
}  // namespace trafrec::tools
