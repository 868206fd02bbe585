#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "replay/ledger/sqlite_ledger.h"
#include "store/files/log_layout.h"
#include "store/reader/exchange_id.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using ledger::State;
using nlohmann::json;
using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

/// A run over the sample log: its second exchange (a PUT of a document) and its third are dead, the
/// fourth is blocked by the second.
class DlqCommand : public testing::Test {
 protected:
  void SetUp() override {
    test_support::WriteSampleCapture(folder_ / "sample.pcap");
    test_support::RecordInto(log_, folder_ / "sample.pcap");
    std::filesystem::create_directory(run_);
    auto ledger = ledger::CreateLedger(ledger::RunLock::Take(run_).value(),
                                       {.log_id = store::ReadLogIdentity(log_).value().log_id,
                                        .log_folders = {log_},
                                        .options = {{"dialect", "search"}},
                                        .given = {},
                                        .notes = {}},
                                       ledger::Durability::kNormal);
    ledger::Letter blocked = LetterOf(4, "blocked");
    blocked.state = State::kBlocked;
    blocked.blocked_by = At(2);
    ASSERT_TRUE(ledger.value()->Take({}).value()->Commit(
        {.letters = {LetterOf(2, "undecidable"), LetterOf(3, "refused"), blocked}}));
  }

  static ledger::Address At(uint64_t number) {
    return {.exchange = {.recorder = "test", .attempt = 1, .number = number}, .item = 0};
  }
  static ledger::Letter LetterOf(uint64_t number, const std::string& reason) {
    return {.at = At(number),
            .state = State::kDead,
            .reason = reason,
            .why = "nobody can tell whether it was carried out",
            .tries = 2,
            .status = 504,
            .source_fate = "created",
            .method = "PUT",
            .target = "/idx/_doc/1",
            .index = "idx",
            .id = "1",
            .began_at = static_cast<TimeNs>(number),
            .given_up_at = 5,
            .condition = ledger::Condition{}};
  }
  static Outcome Dlq(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "dlq");
    return Trafrec(arguments);
  }
  static std::vector<json> Lines(const std::string& text) {
    std::istringstream lines(text);
    std::vector<json> objects;
    for (std::string line; std::getline(lines, line);) {
      objects.push_back(json::parse(line));
    }
    return objects;
  }
  static std::string ReadFile(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string run_ = folder_ / "run";
};

TEST_F(DlqCommand, ListPrintsLettersInTheSourcesOrder) {
  const auto letters = Lines(Dlq({"list", run_, "--json"}).out);
  ASSERT_THAT(letters, SizeIs(3));
  EXPECT_EQ(letters[0]["exchange"], "test-0001-12");
  EXPECT_EQ(letters[0]["state"], "dead");
  EXPECT_EQ(letters[0]["reason"], "undecidable");
  EXPECT_EQ(letters[0]["class"], "created");
  EXPECT_EQ(letters[0]["index"], "idx");
  EXPECT_EQ(letters[0]["id"], "1");
  EXPECT_EQ(letters[0]["condition"], json::parse(R"({"exists":false})"));
  EXPECT_EQ(letters[2]["state"], "blocked");
  EXPECT_EQ(letters[2]["blocked_by"], "test-0001-12/0");
}

TEST_F(DlqCommand, ListReadsARunInWhoseFolderItMayNotWrite) {
  namespace fs = std::filesystem;
  const fs::perms all_may_read = fs::perms::owner_all | fs::perms::group_read |
                                 fs::perms::group_exec | fs::perms::others_read |
                                 fs::perms::others_exec;
  fs::permissions(folder_.path(), all_may_read);
  fs::permissions(run_, all_may_read);
  const Outcome outcome = Trafrec({"dlq", "list", run_, "--json"}, {.unprivileged = true});
  EXPECT_THAT(Lines(outcome.out), SizeIs(3)) << outcome.err;
}

TEST_F(DlqCommand, ListChoosesByStateAndReason) {
  EXPECT_THAT(Lines(Dlq({"list", run_, "--json", "--state", "blocked"}).out), SizeIs(1));
  EXPECT_THAT(Lines(Dlq({"list", run_, "--json", "--reason", "refused"}).out), SizeIs(1));
  EXPECT_THAT(Lines(Dlq({"list", run_, "--json", "-n", "2"}).out), SizeIs(2));
}

TEST_F(DlqCommand, ListInWordsSaysWhy) {
  EXPECT_THAT(Dlq({"list", run_}).out,
              AllOf(HasSubstr("test-0001-12/0"), HasSubstr("undecidable"), HasSubstr("idx/1"),
                    HasSubstr("nobody can tell"), HasSubstr("3 letters")));
}

TEST_F(DlqCommand, ShowPrintsTheRequestOfTheLog) {
  EXPECT_THAT(Dlq({"show", run_, "test-0001-12"}).out,
              AllOf(HasSubstr("PUT /idx/_doc/1 HTTP/1.1\n"), HasSubstr("{\"a\":1}"),
                    HasSubstr("2 tries"), HasSubstr("504")));
}

TEST_F(DlqCommand, ShowOfALogThatWasMovedTakesItsNewPlace) {
  std::filesystem::rename(log_, folder_ / "elsewhere");
  const Outcome lost = Dlq({"show", run_, "test-0001-12"});
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_THAT(lost.err, HasSubstr("--log"));
  EXPECT_THAT(Dlq({"show", run_, "test-0001-12/0", "--log", folder_ / "elsewhere"}).out,
              HasSubstr("{\"a\":1}"));
}

TEST_F(DlqCommand, ShowOfOneThatIsNoLetterIsAnError) {
  EXPECT_EQ(Dlq({"show", run_, "test-0001-11"}).exit_code, 1);
}

TEST_F(DlqCommand, ExportPrintsRequestsToo) {
  const auto lines = Lines(Dlq({"export", run_}).out);
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(lines[0]["kind"], "dead_letters");
  EXPECT_EQ(lines[0]["part"], 1);
  EXPECT_EQ(lines[0]["parts"], 1);
  EXPECT_EQ(lines[0]["all_letters"], 3);
  EXPECT_EQ(lines[1]["request"]["method"], "PUT");
  EXPECT_EQ(lines[1]["request"]["body"], "{\"a\":1}");
}

TEST_F(DlqCommand, ExportsPartsAreTheWholePutTogether) {
  constexpr uint64_t kMax = 1'600;
  const Outcome outcome =
      Dlq({"export", run_, "--out", folder_ / "dead", "--max-bytes", std::to_string(kMax)});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  std::string together;
  const auto first = Lines(ReadFile(folder_ / "dead.1")).at(0);
  ASSERT_GT(first["parts"], 1);
  for (int part = 1; part <= first["parts"]; ++part) {
    const std::string text = ReadFile(folder_ / ("dead." + std::to_string(part)));
    EXPECT_LE(text.size(), kMax);
    const json header = json::parse(text.substr(0, text.find('\n')));
    EXPECT_EQ(header["part"], part);
    EXPECT_EQ(header["sha256"], first["sha256"]);
    EXPECT_EQ(header["bytes"], text.size() - text.find('\n') - 1);
    together += text.substr(text.find('\n') + 1);
  }
  EXPECT_EQ(together.size(), first["all_bytes"]);
  const std::string whole = Dlq({"export", run_}).out;
  EXPECT_EQ(together, whole.substr(whole.find('\n') + 1));
}

TEST_F(DlqCommand, ALetterThatIsLargerThanAPartIsNamed) {
  const Outcome outcome = Dlq({"export", run_, "--out", folder_ / "dead", "--max-bytes", "700"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("test-0001-12/0 alone takes"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "dead.1"));
}

TEST_F(DlqCommand, PartsOfAnEarlierExportThatHadMoreAreRemoved) {
  Dlq({"export", run_, "--out", folder_ / "dead", "--max-bytes", "1600"});
  ASSERT_TRUE(std::filesystem::exists(folder_ / "dead.2"));
  EXPECT_EQ(Dlq({"export", run_, "--out", folder_ / "dead", "--max-bytes", "1MiB"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "dead.2"));
}

TEST_F(DlqCommand, AFileThatIsNoPartOfAnExportStays) {
  folder_.Write("dead.2", "mine\n");
  EXPECT_EQ(Dlq({"export", run_, "--out", folder_ / "dead", "--max-bytes", "1MiB"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "dead.2"));
}

TEST_F(DlqCommand, AReasonThatNoLetterOfAnyRunHasIsAnError) {
  const Outcome outcome = Dlq({"list", run_, "--reason", "foo"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("'foo'"), HasSubstr("undecidable")));
}

TEST_F(DlqCommand, PartsNeedAName) {
  EXPECT_EQ(Dlq({"export", run_, "--max-bytes", "1600"}).exit_code, 2);
}

TEST_F(DlqCommand, RedriveMarksByReasonWithWhatIsBlocked) {
  EXPECT_EQ(Lines(Dlq({"redrive", run_, "--reason", "undecidable", "--json"}).out).at(0),
            json::parse(R"({"redriven":2})"));
  EXPECT_THAT(Lines(Dlq({"list", run_, "--json", "--state", "redriven"}).out), SizeIs(2));
  EXPECT_THAT(Lines(Dlq({"list", run_, "--json", "--state", "dead"}).out), SizeIs(1));
}

TEST_F(DlqCommand, RedriveNeedsAChoice) {
  EXPECT_EQ(Dlq({"redrive", run_}).exit_code, 2);
  EXPECT_EQ(Dlq({"redrive", run_, "--all", "test-0001-12"}).exit_code, 2);
  EXPECT_EQ(Dlq({"redrive", run_, "--all"}).exit_code, 0);
}

TEST_F(DlqCommand, RedriveEndsWithTheCommandThatSendsAgain) {
  EXPECT_THAT(Dlq({"redrive", run_, "--all"}).out,
              HasSubstr("next: trafrec replay " + log_ + " --run " + run_ + " --resume\n"));
}

TEST_F(DlqCommand, RedriveOfARunThatGoesOnIsRefused) {
  const auto lock = ledger::RunLock::Take(run_).value();
  const Outcome outcome = Dlq({"redrive", run_, "--all"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("in use by process " + std::to_string(getpid())));
}

TEST_F(DlqCommand, AFolderWithoutARunIsNamed) {
  const Outcome outcome = Dlq({"list", log_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(log_), HasSubstr("no run")));
}

}  // namespace
}  // namespace trafrec::tools
