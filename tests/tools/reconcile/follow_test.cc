#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "tests/replay/send/scripted_server.h"
#include "tests/support/wait_until.h"
#include "tests/tools/reconcile/live_recorder.h"
#include "tests/tools/reconcile/source_log.h"
#include "tests/tools/run_trafrec.h"

// `trafrec reconcile --follow` beside a recorder that runs.

namespace trafrec::tools {
namespace {

using test_support::LiveRecorder;
using test_support::Outcome;
using test_support::RunningTrafrec;
using test_support::SourceLog;
using test_support::TemporaryFolder;
using test_support::Trafrec;
using testing::AllOf;
using testing::HasSubstr;

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::multiset<std::string> LinesOf(const std::string& text) {
  std::multiset<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.insert(line);
  }
  return lines;
}

std::string Answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

class ReconcileFollow : public testing::Test {
 protected:
  /// Of the log's first exchange.
  std::string FirstId() const {
    const std::string first = Trafrec({"show", log_, "--json", "--limit", "1"}).out;
    const size_t begin = first.find(R"("id":")") + 6;
    return first.substr(begin, first.find('"', begin) - begin);
  }

  /// What the overlay has.
  std::string Listed() const { return Trafrec({"overlay", overlay_, "list", "--json"}).out; }

  const TemporaryFolder folder_;
  const std::string log_ = folder_ / "log";
  const std::string overlay_ = folder_ / "overlay";
  LiveRecorder recorder_{log_};
};

/// A request that its client ended in the middle, and what came after.
SourceLog CutRequest() {
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Puts("1", 0)
      .Cut("PUT", "/idx/_doc/4", R"({"a":4})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 1);
  return source;
}

TEST_F(ReconcileFollow, TellsAndWritesAVerdictWhileItsRecorderStillRuns) {
  SourceLog source = CutRequest();
  RunningTrafrec follow(
      {"reconcile", log_, "--dialect", "search", "--follow", "-o", overlay_, "--json"});
  recorder_.Sees(source);
  follow.WaitForOutput(R"("id":"4","verdict":"not_committed","grade":"proven")");
  test_support::WaitUntil("the overlay has it",
                          [&] { return Listed().find("not_committed") != std::string::npos; });
  recorder_.Sees(source.Puts("5", 2));
  recorder_.Ends();
  const Outcome outcome = follow.Finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string whole = folder_ / "whole";
  EXPECT_EQ(outcome.out,
            Trafrec({"reconcile", log_, "--dialect", "search", "-o", whole, "--json"}).out);
  EXPECT_EQ(ContentOf(overlay_), ContentOf(whole));
}

TEST_F(ReconcileFollow, WhatWasOpenIsToldInTheEnd) {
  recorder_.Sees(test_support::TypicalSource());
  recorder_.Ends();
  const Outcome followed = Trafrec({"reconcile", log_, "--follow", "-o", overlay_, "--json"});
  const std::string whole = folder_ / "whole";
  const Outcome outcome = Trafrec({"reconcile", log_, "-o", whole, "--json"});
  EXPECT_EQ(LinesOf(followed.out), LinesOf(outcome.out));
  EXPECT_EQ(ContentOf(overlay_), ContentOf(whole));
}

TEST_F(ReconcileFollow, WhatIsInTheOverlayAlreadyStaysThere) {
  SourceLog source = CutRequest();
  recorder_.Sees(source);
  recorder_.Ends();
  ASSERT_EQ(Trafrec({"overlay", overlay_, "drop", FirstId(), "--log", log_}).exit_code, 0);
  ASSERT_EQ(
      Trafrec({"reconcile", log_, "--dialect", "search", "--follow", "-o", overlay_}).exit_code, 0);
  EXPECT_THAT(Listed(), AllOf(HasSubstr(R"("kind":"drop")"), HasSubstr("not_committed")));
}

TEST_F(ReconcileFollow, WhatAKilledOneLeftOfItsOverlayIsRemoved) {
  // No process has so high a number (PID_MAX_LIMIT is 2^22).
  const std::string left = overlay_ + ".99999999.partial";
  std::ofstream(left) << "half";
  recorder_.Sees(CutRequest());
  recorder_.Ends();
  ASSERT_EQ(Trafrec({"reconcile", log_, "--follow", "-o", overlay_}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(overlay_));
}

TEST_F(ReconcileFollow, WhatSomebodyElseWritesIsNotWrittenOver) {
  SourceLog source = CutRequest();
  RunningTrafrec follow({"reconcile", log_, "--dialect", "search", "--follow", "-o", overlay_});
  recorder_.Sees(source);
  test_support::WaitUntil("the overlay has a verdict",
                          [&] { return Listed().find("not_committed") != std::string::npos; });
  ASSERT_EQ(Trafrec({"overlay", overlay_, "drop", FirstId(), "--log", log_}).exit_code, 0);
  recorder_.Ends();
  const Outcome outcome = follow.Finish();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("somebody else has written"));
  EXPECT_THAT(Trafrec({"overlay", overlay_, "list"}).out, HasSubstr("drop"));
}

TEST_F(ReconcileFollow, AsksTheSourceWhileItsRecorderStillRuns) {
  std::atomic<bool> asked = false;
  const send::ScriptedServer server(
      {send::ScriptedServer::Answering([&](const std::string& request) {
        if (request.starts_with("POST /_mget")) {
          asked = asked || request.find(R"("_id":"2")") != std::string::npos;
          return Answer(R"({"docs":[{"_id":"2","found":false}]})");
        }
        if (request.starts_with("GET / ")) {
          return Answer(R"({"cluster_uuid":"U1","version":{"number":"7.10.2"}})");
        }
        return Answer(request.starts_with("GET /_cluster/state") ? R"({"metadata":{"indices":{}}})"
                                                                 : R"({"nodes":{}})");
      })});
  SourceLog source;
  source.AsksWho()
      .MakesIndex()
      .Unanswered("PUT", "/idx/_doc/2", R"({"a":2})")
      .Waits(10 * kNsPerSecond)
      .Puts("3", 1);
  RunningTrafrec follow(
      {"reconcile", log_, "--dialect", "search", "--follow", "--source", server.url()});
  recorder_.Sees(source);
  test_support::WaitUntil("the source is asked", [&] { return asked.load(); });
  recorder_.Ends();
  EXPECT_EQ(follow.Finish().exit_code, 0);
}

TEST_F(ReconcileFollow, CtrlCEndsItWithTheVerdictsSoFar) {
  RunningTrafrec follow({"reconcile", log_, "--dialect", "search", "--follow"});
  recorder_.Sees(CutRequest());
  follow.WaitForOutput("not_committed");
  follow.Signal(SIGINT);
  const Outcome outcome = follow.Finish();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("       1  not_committed\n"));
  recorder_.Ends();
}

TEST(ReconcileFollowUsage, WaitingForALogEndsByCtrlC) {
  const TemporaryFolder folder;
  RunningTrafrec follow({"reconcile", folder / "log", "--follow"});
  follow.WaitForError("waiting for a recorder to make it");
  follow.Signal(SIGINT);
  EXPECT_EQ(follow.Finish().exit_code, 0);
}

TEST(ReconcileFollowUsage, IsNotForASingleExchange) {
  const Outcome outcome = Trafrec({"reconcile", "explain", "log", "a-0001-11", "--follow"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--follow is not for explain"));
}

}  // namespace
}  // namespace trafrec::tools
