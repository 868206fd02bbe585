// `trafrec sentinel` against a server that answers what the test wants.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <set>

#include "replay/recorded/message_head.h"
#include "store/crypto/key_file.h"
#include "store/sentinel/sentinel_watch.h"
#include "store/verify/head_claim.h"
#include "store/writer/log_writer.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/http_collector.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::HttpCollector;
using test_support::Outcome;
using test_support::RunningProcess;
using test_support::RunOptions;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kPassword = "hunter2-and-more";

std::string Answer(const std::string& status, const std::string& body = "{}") {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

class SentinelCommand : public testing::Test {
 protected:
  SentinelCommand() { CHECK(store::crypto::WriteKeyFiles(folder_ / "k", key_).has_value()); }

  static std::string UrlOf(const HttpCollector& server) {
    return "http://127.0.0.1:" + std::to_string(server.port());
  }
  Outcome Send(const std::string& url, const std::vector<std::string>& more = {},
               const RunOptions& options = {}) const {
    std::vector<std::string> arguments = {"sentinel",   url,    "--key",     folder_ / "k",
                                          "--audience", "prod", "--purpose", "lag"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Trafrec(arguments, options);
  }
  /// The command that sends rounds as fast as it can.
  std::vector<std::string> Every(const std::string& url) const {
    return {TRAFREC_BINARY, "sentinel",  url,   "--key",   folder_ / "k", "--audience",
            "prod",         "--purpose", "lag", "--every", "1ms",         "--json"};
  }
  std::string SecretFile(mode_t mode = 0600) const {
    const std::string path = folder_.Write("secret", std::string("admin:") + kPassword + "\n");
    CHECK(chmod(path.c_str(), mode) == 0);
    return path;
  }

  const TemporaryFolder folder_;
  const store::crypto::SigningKey key_ = store::crypto::SigningKey::Generate();
};

TEST_F(SentinelCommand, EachRequestCarriesATokenThatVerifiesAndIsItsOwn) {
  HttpCollector server(Answer("200 OK"));
  const Outcome outcome = Send(UrlOf(server) + "/behind/", {"--mutating", "marks"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  std::vector<std::string> requests = server.Finish();
  ASSERT_THAT(requests, SizeIs(4));
  EXPECT_THAT(requests.front(), StartsWith("HEAD /behind/marks HTTP/1.1\r\n"));
  requests.erase(requests.begin());
  std::set<std::string> nonces;
  for (const std::string& request : requests) {
    const size_t head_bytes = request.find("\r\n\r\n") + 4;
    const std::string head = request.substr(0, head_bytes);
    const auto claim = store::FindSentinelClaim(head);
    ASSERT_TRUE(claim && claim->sole) << head;
    const auto token = store::ParseSentinelToken(claim->token);
    ASSERT_TRUE(token) << head;
    const std::string method = head.substr(0, head.find(' '));
    const std::string target =
        head.substr(method.size() + 1, head.find(' ', method.size() + 1) - method.size() - 1);
    const auto digest = store::crypto::Sha256::Of(AsBytes(request.substr(head_bytes)));
    EXPECT_TRUE(store::VerifySentinel(*token, {method, target, digest}, key_.verify_key())) << head;
    EXPECT_THAT(target, StartsWith("/behind/"));
    nonces.insert(std::string(AsText(token->nonce)));
  }
  EXPECT_THAT(nonces, SizeIs(3));
}

TEST_F(SentinelCommand, WhatCameBackIsPrinted) {
  HttpCollector server(Answer("200 OK", R"({"indices":{"orders":{"uuid":"u1","shards":{"0":[)"
                                        R"({"routing":{"primary":true,"node":"n"},"seq_no":)"
                                        R"({"max_seq_no":41,"local_checkpoint":40,)"
                                        R"("global_checkpoint":39}}]}}}})"));
  const Outcome outcome = Send(UrlOf(server), {"--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  const auto& shard = json["sentinels"][0]["shards"][0];
  EXPECT_EQ(shard["index"], "orders");
  EXPECT_EQ(shard["primary"], true);
  EXPECT_EQ(shard["max_seq_no"], 41);
  EXPECT_EQ(shard["local_checkpoint"], 40);
  EXPECT_EQ(shard["global_checkpoint"], 39);
}

TEST_F(SentinelCommand, SaysThatCredentialsAreWanted) {
  HttpCollector server(Answer("401 Unauthorized"));
  const Outcome outcome = Send(UrlOf(server));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("answered 401"), HasSubstr("--auth")));
}

TEST_F(SentinelCommand, SaysThatTheSourceCannotServe) {
  HttpCollector server(Answer("503 Service Unavailable"));
  const Outcome outcome = Send(UrlOf(server));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("answered 503"), HasSubstr("try again")));
}

TEST_F(SentinelCommand, SaysThatNoAnswerCame) {
  HttpCollector server("");
  const Outcome outcome = Send(UrlOf(server));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("closed the connection without an answer"));
}

TEST_F(SentinelCommand, SaysThatNobodyListens) {
  std::string url;
  {
    const HttpCollector gone;
    url = UrlOf(gone);
  }
  const Outcome outcome = Send(url);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("cannot reach " + url));
}

TEST_F(SentinelCommand, ACutAnswerIsAnError) {
  HttpCollector server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(Send(UrlOf(server)).exit_code, 1);
}

TEST_F(SentinelCommand, EveryGoesOnUntilItIsInterrupted) {
  HttpCollector server(Answer("200 OK"));
  RunningProcess command(Every(UrlOf(server)));
  command.WaitForOutput("\"purpose\":\"lag\"", 6);
  command.Signal(SIGINT);
  EXPECT_EQ(command.Finish().exit_code, 128 + SIGINT);
  EXPECT_GE(server.Finish().size(), 6U);
}

TEST_F(SentinelCommand, EveryTriesAgainWhatFailed) {
  HttpCollector server(Answer("503 Service Unavailable"));
  RunningProcess command(Every(UrlOf(server)));
  command.WaitForError("answered 503", 3);
}

TEST_F(SentinelCommand, SignsHowFarTheManifestsOfALogHaveCome) {
  const std::string log = folder_ / "log";
  store::LogWriterOptions options;
  options.log = log;
  options.recorder = "web1";
  ASSERT_TRUE(store::LogWriter::Open(options).value()->Close(1));
  HttpCollector server(Answer("200 OK"));
  ASSERT_EQ(Send(UrlOf(server), {"--log", log}).exit_code, 0);
  const std::vector<store::HeadClaim> claims = store::FindHeadClaims(server.Finish().at(1));
  ASSERT_THAT(claims, SizeIs(1));
  EXPECT_EQ(claims[0].attempt, (store::AttemptKey{"web1", 1}));
  EXPECT_EQ(claims[0].head, store::ReadHead(log + "/web1/0001").value());
  EXPECT_EQ(claims[0].log_id, store::ReadLogIdentity(log).value().log_id);
}

TEST_F(SentinelCommand, MakesNoIndex) {
  HttpCollector server(Answer("404 Not Found", ""));
  const Outcome outcome = Send(UrlOf(server), {"--mutating", "marks"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("has no index marks"));
  EXPECT_THAT(server.Finish(), SizeIs(1));
}

TEST_F(SentinelCommand, ShowsCredentialsToTheServerAndToNobodyElse) {
  HttpCollector server(Answer("401 Unauthorized"));
  const Outcome outcome =
      Send(UrlOf(server), {"--auth", "basic", "--auth-file", SecretFile(), "--json"});
  EXPECT_THAT(outcome.out + outcome.err,
              AllOf(Not(HasSubstr(kPassword)), Not(HasSubstr("YWRtaW46"))));
  EXPECT_THAT(server.Finish().front(),
              HasSubstr("Authorization: Basic YWRtaW46aHVudGVyMi1hbmQtbW9yZQ==\r\n"));
}

TEST_F(SentinelCommand, TakesTheSecretFromTheEnvironment) {
  HttpCollector server(Answer("200 OK"));
  EXPECT_EQ(Send(UrlOf(server), {"--auth", "bearer"},
                 {.environment = {{"TRAFREC_AUTH_SECRET", kPassword}}})
                .exit_code,
            0);
  EXPECT_THAT(server.Finish().front(),
              HasSubstr(std::string("Authorization: Bearer ") + kPassword + "\r\n"));
}

TEST_F(SentinelCommand, RefusesASecretThatOthersMayRead) {
  const Outcome outcome =
      Send("http://127.0.0.1:1", {"--auth", "basic", "--auth-file", SecretFile(0644)});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("chmod 600"));
}

TEST_F(SentinelCommand, RefusesCredentialsInTheUrlWithoutRepeatingThem) {
  const Outcome outcome = Send(std::string("http://admin:") + kPassword + "@127.0.0.1:1");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("--auth"), Not(HasSubstr(kPassword))));
}

TEST_F(SentinelCommand, RefusesWhatIsNoPurpose) {
  for (const char* purpose : {"", "backfill", "x-", "x-\x1b[31m", "X-mine", "x-a b"}) {
    const Outcome outcome = Trafrec({"sentinel", "http://127.0.0.1:1", "--key", folder_ / "k",
                                     "--audience", "prod", "--purpose", purpose});
    EXPECT_EQ(outcome.exit_code, 2) << purpose;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr("purpose"), Not(HasSubstr("\x1b")))) << purpose;
  }
}

TEST_F(SentinelCommand, RefusesWhatIsNoUrlOrIndex) {
  EXPECT_EQ(Send("ftp://127.0.0.1").exit_code, 2);
  EXPECT_EQ(Send("http://127.0.0.1/?a=b").exit_code, 2);
  EXPECT_EQ(Send("http://127.0.0.1:1", {"--mutating", "a,b"}).exit_code, 2);
  EXPECT_EQ(Send("http://127.0.0.1:1", {"--mutating", "../_all"}).exit_code, 2);
}

TEST_F(SentinelCommand, CleanRemovesNothingButItsOwnDocuments) {
  HttpCollector server(Answer(
      "200 OK", R"({"hits":{"hits":[{"_id":"customer-7","_seq_no":1,"_primary_term":1}]}})"));
  const Outcome outcome = Trafrec({"sentinel", UrlOf(server), "--clean", "--mutating", "marks"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("0 documents removed"));
  EXPECT_THAT(server.Finish(), testing::Each(StartsWith("POST /marks/_")));
}

}  // namespace
}  // namespace trafrec::tools
