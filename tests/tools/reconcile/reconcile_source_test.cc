#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/replay/send/scripted_server.h"
#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/run_trafrec.h"

namespace trafrec::tools {
namespace {

using test_support::Outcome;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string Answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

constexpr const char* kWho =
    R"({"cluster_name":"c","cluster_uuid":"U1","version":{"number":"7.10.2"}})";
constexpr const char* kState =
    R"({"metadata":{"indices":{"idx":{"settings":{"index":{"number_of_shards":"1","uuid":"I1",)"
    R"("provided_name":"idx","version":{"created":"7100299"}}},"routing_num_shards":1024,)"
    R"("primary_terms":{"0":1}}}}})";
/// 5 is there, under the number that 8 may have had.
constexpr const char* kDocuments =
    R"({"docs":[{"_index":"idx","_id":"2","_version":1,"_seq_no":1,"_primary_term":1,)"
    R"("found":true,"_source":{"a":2}},{"_index":"idx","_id":"4","found":false},)"
    R"({"_index":"idx","_id":"5","_version":1,"_seq_no":4,"_primary_term":1,"found":true,)"
    R"("_source":{"a":5}},{"_index":"idx","_id":"8","found":false}]})";
constexpr const char* kNoHits =
    R"({"timed_out":false,"_shards":{"successful":1,"failed":0},"hits":{"hits":[]}})";

/// The typical source, still there: as `GET /` and the cluster's state say it.
class ReconcileSource : public testing::Test {
 protected:
  using Server = std::function<std::string(const std::string& request)>;

  static std::string Usual(const std::string& request) {
    if (request.starts_with("GET / ")) {
      return Answer("200 OK", kWho);
    }
    if (request.starts_with("GET /_cluster/state")) {
      return Answer("200 OK", kState);
    }
    if (request.starts_with("POST /_mget")) {
      return Answer("200 OK", kDocuments);
    }
    if (request.find("_search") != std::string::npos) {
      return Answer("200 OK", kNoHits);
    }
    if (request.find("_tasks") != std::string::npos) {
      return Answer("200 OK", R"({"nodes":{}})");
    }
    return Answer("200 OK", "{}");
  }

  Outcome Ask(const Server& server, const std::vector<std::string>& more = {}) {
    const send::ScriptedServer source({send::ScriptedServer::Answering(server)});
    std::vector<std::string> words = {"reconcile", log_, "--source", source.url()};
    words.insert(words.end(), more.begin(), more.end());
    return Trafrec(words);
  }

  TemporaryFolder folder_;
  const std::string log_ = test_support::TypicalSource().RecordedInto(folder_);
};

TEST_F(ReconcileSource, WhatItShowsDecidesWhatTheLogLeavesOpen) {
  const Outcome outcome = Ask(Usual);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("       2  committed\n"), HasSubstr("       2  not_committed\n"),
                    Not(HasSubstr("unknown"))));
}

TEST_F(ReconcileSource, CredentialsAreSent) {
  std::string seen;
  const std::string secret = folder_.Write("secret", "elastic:changeme");
  std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
  const Outcome outcome = Ask(
      [&](const std::string& request) {
        seen = request;
        return Usual(request);
      },
      {"--auth", "basic", "--auth-file", secret});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(seen, HasSubstr("Authorization: Basic ZWxhc3RpYzpjaGFuZ2VtZQ=="));
}

TEST_F(ReconcileSource, AnotherClusterIsRefused) {
  const Outcome outcome = Ask([](const std::string&) {
    return Answer("200 OK", R"({"cluster_uuid":"U2","version":{"number":"7.10.2"}})");
  });
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("is another cluster: its UUID is U2, the log is of U1"),
                                 HasSubstr("try: name the cluster that was recorded")));
}

TEST_F(ReconcileSource, OneThatForbidsIsNamedWithWhatItNeeds) {
  const Outcome unknown = Ask([](const std::string&) { return Answer("401 Unauthorized", "{}"); });
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("answers 401 to GET /"), HasSubstr("try: ")));
  const Outcome forbidden = Ask([](const std::string& request) {
    return request.starts_with("GET / ") ? Usual(request) : Answer("403 Forbidden", "{}");
  });
  EXPECT_EQ(forbidden.exit_code, 1);
  EXPECT_THAT(forbidden.err,
              AllOf(HasSubstr("answers 403 to GET /_cluster/state"), HasSubstr("need the rights")));
}

TEST_F(ReconcileSource, OneThatIsGoneIsNamedWithARemedy) {
  const send::ClosedPort closed;
  const std::string url = "http://127.0.0.1:" + std::to_string(closed.port());
  const Outcome outcome = Trafrec({"reconcile", log_, "--source", url});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr(url), HasSubstr("check host and port")));
}

TEST_F(ReconcileSource, OneThatIsNoSearchEngineIsNamed) {
  const Outcome outcome =
      Ask([](const std::string&) { return Answer("200 OK", "<html>hello</html>"); });
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("GET /"), HasSubstr("try: ")));
}

TEST_F(ReconcileSource, AnIndexThatIsGoneLeavesItsOperationsAsTheLogHasThem) {
  const Outcome outcome = Ask([](const std::string& request) {
    return request.starts_with("GET /_cluster/state")
               ? Answer("200 OK", R"({"metadata":{"indices":{}}})")
               : Usual(request);
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("the source has no index idx any more"),
                                 HasSubstr("       1  committed\n"), HasSubstr("unknown:")));
}

TEST_F(ReconcileSource, ANoteIsALineOfJsonOfItsOwn) {
  const Outcome outcome = Ask(
      [](const std::string& request) {
        return request.starts_with("GET /_cluster/state")
                   ? Answer("200 OK", R"({"metadata":{"indices":{}}})")
                   : Usual(request);
      },
      {"--json"});
  ASSERT_THAT(outcome.out, HasSubstr("{\"note\":"));
  const std::string notes = outcome.out.substr(outcome.out.find("{\"note\":"));
  const auto note = nlohmann::ordered_json::parse(notes.substr(0, notes.find('\n')));
  EXPECT_EQ(note.size(), 3U);
  EXPECT_THAT(note["note"], HasSubstr("the source has no index idx any more"));
  EXPECT_EQ(note["about"], "source");
  EXPECT_EQ(note["index"], "idx");
}

TEST_F(ReconcileSource, AnIndexThatWasMadeAnewSinceIsNotTakenForTheLogsOwn) {
  const Outcome outcome = Ask([](const std::string& request) {
    std::string state = kState;
    state.insert(state.find(R"("uuid")"), R"("creation_date":"1800000000000",)");
    return request.starts_with("GET /_cluster/state") ? Answer("200 OK", state) : Usual(request);
  });
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("idx was made after the log wrote to one of that name"),
                                 HasSubstr("unknown:")));
}

}  // namespace
}  // namespace trafrec::tools
