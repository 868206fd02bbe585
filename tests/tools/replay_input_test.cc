#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "replay/ledger/run_lock.h"
#include "store/files/log_layout.h"
#include "tests/replay/send/scripted_server.h"
#include "tests/support/capture_files.h"
#include "tests/support/tcp_conversation.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/captures.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using nlohmann::json;
using test_support::Outcome;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kEmpty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Replays of plain HTTP to a target that answers everything, with calls and logs that lack
/// something.
class ReplayInput : public testing::Test {
 protected:
  /// A log of one exchange, whose request is this.
  void Record(const std::string& request, const std::string& answer = kEmpty) const {
    {
      test_support::PcapWriter file(folder_ / "one.pcap");
      test_support::TcpConversation wire;
      wire.Handshake().ClientSends(request);
      wire.Wait(kNsPerMs).ServerSends(answer).Close();
      file.Write(wire.TakePackets());
    }
    test_support::RecordInto(log_, folder_ / "one.pcap");
  }
  Outcome Replay(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"replay",    log_,   "--speed", "max",
                                          "--dialect", "http", "--run",   run_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments);
  }
  /// A file of edits whose target is the server.
  std::string Edits(const std::string& more = {}) const {
    return folder_.Write(
        "edits.toml", "default = \"new\"\n[target.new]\nurl = \"" + target_.url() + "\"\n" + more);
  }

  const test_support::TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string run_ = folder_ / "run";
  const std::string get_ = "GET / HTTP/1.1\r\nHost: es\r\nAuthorization: Basic YTpi\r\n\r\n";
  const std::string cut_ = "PUT /a HTTP/1.1\r\nHost: es\r\nContent-Length: 9\r\n\r\nabc";
  const send::ScriptedServer target_{{send::ScriptedServer::Answering(kEmpty)}};
};

TEST_F(ReplayInput, AccessIsForTheTargetOfTheCommandLineAlone) {
  Record(get_);
  const Outcome outcome = Replay({"--edits", Edits(), "--auth", "basic"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("are for --to"), HasSubstr("[target.NAME]")));
  EXPECT_FALSE(std::filesystem::exists(run_));
}

TEST_F(ReplayInput, CertificatesForATargetWithoutTlsAreRefused) {
  Record(get_);
  const Outcome outcome = Replay({"--to", target_.url(), "--insecure"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("goes without TLS"), HasSubstr("https://")));
}

TEST_F(ReplayInput, AResumeOfNoRunSaysThatThereIsNone) {
  Record(get_);
  const Outcome outcome = Replay({"--resume"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("there is no run in " + run_), HasSubstr("--resume")));
}

TEST_F(ReplayInput, AResumeOfARunThatWasKilledBeforeItKeptAnythingSaysSo) {
  Record(get_);
  ASSERT_TRUE(store::OpenOrMakeLog(run_));
  const Outcome outcome = Replay({"--resume"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("was killed before it sent anything"), HasSubstr("begin it again")));
  EXPECT_EQ(Replay({"--resume", "--to", target_.url()}).exit_code, 0);
}

TEST_F(ReplayInput, AResumeOfARunThatAnotherProcessIsJustBeginningNamesThatProcess) {
  Record(get_);
  ASSERT_TRUE(store::OpenOrMakeLog(run_));
  const auto lock = ledger::RunLock::Take(run_);
  ASSERT_TRUE(lock);
  const Outcome outcome = Replay({"--resume"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr(fmt::format("is in use by process {}", getpid())));
}

TEST_F(ReplayInput, AResumeThatHasNothingToSendTellsOfTheDeadLettersThatAreThere) {
  // A POST that is in doubt cannot be asked for. The second life gives it up, the third sends
  // nothing.
  Record("POST /p HTTP/1.1\r\nHost: es\r\nContent-Length: 1\r\n\r\na");
  const send::ScriptedServer target(
      {send::ScriptedServer::Answering([](const std::string& request) {
        return request.starts_with("POST ") ? "HTTP/1.1 504 X\r\nContent-Length: 0\r\n\r\n"
                                            : kEmpty;
      })});
  EXPECT_EQ(Replay({"--to", target.url()}).exit_code, 1);
  EXPECT_EQ(Replay({"--resume"}).exit_code, 3);
  const Outcome third = Replay({"--resume", "--json"});
  EXPECT_EQ(third.exit_code, 3);
  const json report = json::parse(third.out);
  EXPECT_EQ(report["whole_run"]["dead"], 1);
  EXPECT_EQ(report["earlier"], 1);
}

TEST_F(ReplayInput, AKeyForEchoesThatIsNotThereLeavesNoRun) {
  Record(get_);
  const Outcome outcome = Replay({"--to", target_.url(), "--echo-key", folder_ / "no.key"});
  EXPECT_THAT(outcome.err, HasSubstr("cannot open the key file"));
  EXPECT_FALSE(std::filesystem::exists(run_));
}

TEST_F(ReplayInput, AFolderInThePlaceOfAFileIsNamedWithARemedy) {
  Record(get_);
  for (const char* option : {"--edits", "--overlay", "--trust-sentinel"}) {
    const Outcome outcome = Replay({"--to", target_.url(), option, folder_.path().string()});
    EXPECT_NE(outcome.exit_code, 0) << option;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(folder_.path().string()), HasSubstr("\ntry: ")))
        << option;
  }
}

TEST_F(ReplayInput, ARunBelowAFolderThatMayNotBeEnteredIsNamed) {
  namespace fs = std::filesystem;
  Record(get_);
  fs::permissions(folder_.path(), fs::perms::others_exec, fs::perm_options::add);
  for (const auto& entry : fs::recursive_directory_iterator(log_)) {
    fs::permissions(entry.path(), fs::perms::others_read | fs::perms::others_exec,
                    fs::perm_options::add);
  }
  fs::create_directory(folder_ / "closed");
  fs::permissions(folder_ / "closed", fs::perms::owner_all);
  const Outcome outcome = Trafrec({"replay", log_, "--dialect", "http", "--to", target_.url(),
                                   "--run", folder_ / "closed" / "run"},
                                  {.unprivileged = true});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("closed/run"), HasSubstr("Permission denied"), HasSubstr("\ntry: ")));
}

TEST_F(ReplayInput, OfPlainHttpNoSampleByDocumentsIsTaken) {
  Record(get_);
  const Outcome outcome = Replay({"--to", target_.url(), "--sample", "30%", "--by", "document"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--by document is for search engines"));
}

TEST_F(ReplayInput, ARunThatHasEndedIsNamedAsOneWhereItIsSteered) {
  Record(get_);
  ASSERT_EQ(Replay({"--to", target_.url()}).exit_code, 0);
  const Outcome outcome = Trafrec({"ctl", run_, "pause"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("the run " + run_ + " is not under way: it ended at "),
                                 HasSubstr("--resume"), Not(HasSubstr("recorder"))));
}

TEST_F(ReplayInput, WhatStaysTogetherIsSaidOfASample) {
  Record(get_);
  const Outcome outcome = Replay({"--to", target_.url(), "--by", "document"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--sample 10%"));
}

TEST_F(ReplayInput, WhatTheTargetIsGivenAnewIsNotMissing) {
  Record(get_);
  const std::string secret = folder_.Write("secret", "c:d");
  ASSERT_EQ(chmod(secret.c_str(), 0600), 0);
  const Outcome outcome =
      Replay({"--to", target_.url(), "--auth", "basic", "--auth-file", secret, "--json"});
  EXPECT_EQ(json::parse(outcome.out)["withheld_fields"], json::array()) << outcome.err;
}

TEST_F(ReplayInput, WhatAnEditGivesAnewIsNotMissing) {
  Record(get_);
  const Outcome outcome =
      Replay({"--edits",
              Edits("[target.new.credentials]\nkind = \"keep\"\n"
                    "[[rewrite]]\nset = { \"Authorization\" = \"Basic Yzpk\" }\n"),
              "--json"});
  EXPECT_EQ(json::parse(outcome.out)["withheld_fields"], json::array()) << outcome.err;
}

TEST_F(ReplayInput, ATargetThatNeedsWhatRedactionReplacedIsToldSo) {
  Record(get_);
  const send::ScriptedServer asks(
      {send::ScriptedServer::Answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")});
  const Outcome outcome = Replay({"--to", asks.url(), "--auth", "keep"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("401 to GET /"), HasSubstr("Authorization, which redaction replaced"),
                    HasSubstr("--auth")));
}

TEST_F(ReplayInput, CredentialsThatAreNotTakenAreToldSo) {
  Record(get_);
  const std::string secret = folder_.Write("secret", "c:d");
  ASSERT_EQ(chmod(secret.c_str(), 0600), 0);
  const send::ScriptedServer asks(
      {send::ScriptedServer::Answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")});
  const Outcome outcome = Replay({"--to", asks.url(), "--auth", "basic", "--auth-file", secret});
  EXPECT_THAT(outcome.err, HasSubstr("it does not take the credentials that it is shown"));
}

TEST_F(ReplayInput, ARequestThatLacksAPartIsNotSentAndListed) {
  Record(cut_);
  const Outcome outcome = Replay({"--to", target_.url(), "--json"});
  EXPECT_EQ(json::parse(outcome.out)["omitted"]["incomplete"], 1) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["omitted_ids"]["incomplete"].size(), 1U) << outcome.out;
}

TEST_F(ReplayInput, ARequestThatLacksAPartIsSentAsFarAsItIsKnownWhereThatIsAskedFor) {
  Record(cut_);
  const Outcome outcome = Replay({"--to", target_.url(), "--send-incomplete", "--json"});
  EXPECT_EQ(json::parse(outcome.out)["answered"], 1) << outcome.err;
  const Outcome sent = Trafrec({"export", run_});
  EXPECT_EQ(json::parse(sent.out)["request"]["body"], "abc") << sent.out;
}

TEST_F(ReplayInput, AnAnswerWithoutItsRequestIsListedAsOneThatIsNotSent) {
  {
    test_support::PcapWriter file(folder_ / "one.pcap");
    test_support::TcpConversation wire;
    wire.Handshake();
    wire.DropNext().ClientSends("PUT /a HTTP/1.1\r\nHost: es\r\nContent-Length: 1\r\n\r\na");
    wire.Wait(kNsPerMs).ServerSends(kEmpty).Close();
    file.Write(wire.TakePackets());
  }
  test_support::RecordInto(log_, folder_ / "one.pcap");
  const json report = json::parse(Replay({"--to", target_.url(), "--json"}).out);
  EXPECT_EQ(report["omitted"]["incomplete"], 1) << report;
  EXPECT_EQ(report["omitted_ids"]["incomplete"].size(), 1U) << report;
}

TEST_F(ReplayInput, AMutationWhoseAnswerWasCutBehindItsStatusIsNoPhantom) {
  Record("PUT /a HTTP/1.1\r\nHost: es\r\nContent-Length: 1\r\n\r\na",
         "HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nabc");
  const Outcome outcome = Replay({"--to", target_.url(), "--phantoms", "stop", "--json"});
  EXPECT_EQ(json::parse(outcome.out)["answered"], 1) << outcome.err;
}

TEST_F(ReplayInput, OfACutBulkOnlyItemsAreSentThatStandWholeBeforeTheCut) {
  Record(
      "POST /_bulk HTTP/1.1\r\nHost: es\r\nContent-Length: 300\r\n\r\n"
      "{\"index\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"n\":1}\n"
      "{\"index\":{\"_index\":\"i\",\"_id\":\"2\"}}\n{\"n\":2}");
  const Outcome outcome =
      Trafrec({"replay", log_, "--dialect", "search", "--phantoms", "send", "--run", run_, "--to",
               target_.url(), "--send-incomplete", "--dry-run"});
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("i/1"), Not(HasSubstr("i/2")))) << outcome.err;
}

TEST_F(ReplayInput, OfACutBulkTheAnswerTellsWhatBecameOfTheItemsBeforeTheCut) {
  const std::string answer =
      R"({"errors":true,"items":[{"index":{"_index":"i","_id":"1","status":409,)"
      R"("error":{"type":"version_conflict_engine_exception"}}},{"index":{"status":201}}]})";
  Record(
      "POST /_bulk HTTP/1.1\r\nHost: es\r\nContent-Length: 300\r\n\r\n"
      "{\"index\":{\"_index\":\"i\",\"_id\":\"1\"}}\n{\"n\":1}\n{\"index\":{\"_in",
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(answer.size()) + "\r\n\r\n" + answer);
  const Outcome outcome =
      Trafrec({"replay", log_, "--dialect", "search", "--phantoms", "stop", "--run", run_, "--to",
               target_.url(), "--send-incomplete", "--dry-run"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("i/1"));
}

TEST_F(ReplayInput, ACutQueryByWhichDocumentsAreDeletedIsNotSent) {
  Record(
      "POST /i/_delete_by_query HTTP/1.1\r\nHost: es\r\nContent-Length: 300\r\n\r\n"
      "{\"query\":{\"match_all\":{}}}");
  const Outcome outcome =
      Trafrec({"replay", log_, "--dialect", "search", "--phantoms", "send", "--run", run_, "--to",
               target_.url(), "--send-incomplete", "--dry-run"});
  EXPECT_THAT(outcome.err, HasSubstr("not sent: 1 operation of which the log lacks a part"));
}

TEST_F(ReplayInput, ADryRunSaysWhatWouldNotBeSent) {
  Record(cut_);
  const Outcome outcome = Replay({"--to", target_.url(), "--dry-run"});
  EXPECT_THAT(outcome.err, HasSubstr("not sent: 1 operation of which the log lacks a part"));
}

TEST_F(ReplayInput, AProgramThatFailsOnAnExchangeIsAFailureAndNoMistakeInTheCall) {
  Record(get_);
  const Outcome outcome = Replay({"--edits", Edits("[filter]\ncommand = \"read line; exit 3\"\n")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("filter failed on exchange"));
}

TEST_F(ReplayInput, FailuresOfARuleAreCountedAndTheLastOneTold) {
  Record(get_);
  const Outcome outcome =
      Replay({"--edits", Edits("[filter]\ncommand = \"read line; exit 3\"\non_error = \"drop\"\n"),
              "--json"});
  EXPECT_EQ(json::parse(outcome.out)["rule_failures"],
            json::parse(R"([{"rule":"filter","requests":1,)"
                        R"("failure":"the filter ended with exit status 3"}])"))
      << outcome.err;
}

TEST_F(ReplayInput, ANameOfARuleMayHaveQuotes) {
  Record(get_);
  const Outcome outcome =
      Replay({"--edits", Edits("[[rewrite]]\nname = 'a\"b'\nset = { \"X\" = \"y\" }\n"), "--json"});
  EXPECT_EQ(json::parse(outcome.out)["rules"]["rewrite a\"b"], 1) << outcome.out;
}

}  // namespace
}  // namespace trafrec::tools
