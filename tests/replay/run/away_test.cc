// A target that answers nothing but 502, 503 and 504 is away, and waited for.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"
#include "tests/replay/send/scripted_server.h"

namespace trafrec::replay {
namespace {

using send::ScriptedServer;
using testing::HasSubstr;

std::string Answer(int status) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n";
}

std::string Path(const std::string& request) {
  const size_t begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}

std::vector<Recorded> Posts(int count) {
  return std::vector<Recorded>(
      static_cast<size_t>(count),
      {.method = "POST", .target = "/p", .body = "{}", .answered_ms = 10, .status = 201});
}

TEST(Away, ATargetThatAnswersOnly503IsWaitedForAndNothingIsGivenUp) {
  std::atomic<int> asked = 0;
  FakeSearch target([&](const std::string& /*request*/) -> std::optional<std::string> {
    const int number = ++asked;
    return number > 1 && number < 40 ? std::optional(Answer(503)) : std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0), Created("b", 2, 3, 1), Created("c", 2, 3, 2)});
  run.options.retry = {.tries = 2, .first_pause_ms = 1, .longest_pause_ms = 4};
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 0U);
  EXPECT_EQ(target.VersionOf("c"), 1);
}

TEST(Away, AnOperationThatIsAlwaysAnswered503IsGivenUp) {
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    if (request.starts_with("HEAD / ")) {
      return Answer(200);
    }
    return request.starts_with("PUT /i/_doc/a") ? std::optional(Answer(503)) : std::nullopt;
  });
  SmallRun run(target.url(), {Created("b", 0, 1, 0), Created("a", 2, 3, 1)});
  run.options.retry = {.tries = 2, .first_pause_ms = 1};
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 1U);
}

/// Takes POSTs, but for a time in which all it says is 502: from the second POST on, until it was
/// asked so often by HEAD.
class Unreached {
 public:
  explicit Unreached(int questions) : questions_(questions) {}
  std::string url() const { return server_.url(); }
  int posts() const { return posts_; }

 private:
  const int questions_;
  std::atomic<int> posts_ = 0;
  std::atomic<int> asked_ = 0;
  ScriptedServer server_{{ScriptedServer::Answering([this](const std::string& request) {
    const bool post = request.starts_with("POST ");
    const int number = post ? ++posts_ : posts_.load();
    const int asked = post ? asked_.load() : ++asked_;
    return Answer(number > 1 && asked < questions_ ? 502 : 201);
  })}};
};

struct PostRun : SmallRun {
  explicit PostRun(const std::string& target) : SmallRun(target, Posts(60)) {
    search = false;
    options.concurrency = 1;
    options.on_dead = OnDead::kContinue;
    options.retry.first_pause_ms = 1;
  }
};

TEST(Away, OfATargetBehindAProxyOnlyWhatWasUnderWayIsLost) {
  const Unreached target(5);
  PostRun run(target.url());
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 1U);
  EXPECT_EQ(run.Memory()->Letters({}).value().at(0).reason, "undecidable");
  EXPECT_EQ(target.posts(), 60);
}

TEST(Away, WhatWasNotSentToItIsSentByAResume) {
  const Unreached target(1'000'000);
  PostRun run(target.url());
  run.options.patience_ns = 0;
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("502 to everything"));
  EXPECT_EQ(target.posts(), 2);
  std::atomic<int> posts = 0;
  const ScriptedServer back({ScriptedServer::Answering([&](const std::string& request) {
    posts += request.starts_with("POST ") ? 1 : 0;
    return Answer(201);
  })});
  run.url = back.url();
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(posts, 58);
}

TEST(Away, AServiceThatAProxyDoesNotReachHoldsUpNoOther) {
  const ScriptedServer target({ScriptedServer::Answering(
      [&](const std::string& request) { return Answer(Path(request) == "/gone" ? 502 : 201); })});
  std::vector<Recorded> log = Posts(9);
  log[4].target = "/gone";
  SmallRun run(target.url(), log);
  run.search = false;
  run.options.concurrency = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 1U);
  EXPECT_EQ(run.progress.counts.answered, 8U);
}

TEST(Away, AProxyThatAnswersOneServiceItselfIsSeenThroughAfterTwentyAnswers) {
  // "/own" is the proxy's, "/p" is what it does not reach.
  std::atomic<int> posts = 0;
  const ScriptedServer target({ScriptedServer::Answering([&](const std::string& request) {
    posts += Path(request) == "/p" && request.starts_with("POST ") ? 1 : 0;
    return Answer(Path(request) == "/own" ? 201 : 502);
  })});
  std::vector<Recorded> log = Posts(60);
  log[0].target = "/own";
  SmallRun run(target.url(), log);
  run.search = false;
  run.options.concurrency = 1;
  run.options.on_dead = OnDead::kContinue;
  run.options.patience_ns = 0;
  ASSERT_FALSE(run.Send());
  EXPECT_EQ(posts, 20);
}

/// Two targets: what begins so goes to "a", all else to "b".
std::string Routes(const std::string& prefix, const ScriptedServer& a, const ScriptedServer& b) {
  return fmt::format(
      "default = \"b\"\n[target.a]\nurl = \"{}\"\n[target.b]\nurl = \"{}\"\n"
      "[[route]]\npath_prefix = \"{}\"\nto = \"a\"\n",
      a.url(), b.url(), prefix);
}

TEST(Away, ATargetThatIsAwayHoldsUpOnlyWhatIsSentThere) {
  // "a" answers once, and then nothing but 503 until "b" has all that is its.
  std::atomic<int> to_b = 0;
  std::atomic<int> to_a = 0;
  const ScriptedServer a({ScriptedServer::Answering(
      [&](const std::string&) { return Answer(++to_a > 1 && to_b < 30 ? 503 : 201); })});
  const ScriptedServer b({ScriptedServer::Answering([&](const std::string&) {
    ++to_b;
    return Answer(201);
  })});
  std::vector<Recorded> log;
  for (int i = 0; i < 60; ++i) {
    log.push_back({.method = "POST",
                   .target = (i % 2 == 0 ? "/a" : "/b") + std::to_string(i),
                   .body = "{}",
                   .began_ms = i,
                   .answered_ms = 100,
                   .status = 201});
  }
  SmallRun run("", log);
  run.edits = Routes("/a", a, b);
  run.search = false;
  run.options.concurrency = 4;
  run.options.retry = {.tries = 2, .first_pause_ms = 1, .longest_pause_ms = 4};
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.answered, 60U);
}

TEST(Away, WhatWaitsForAnotherOperationWaitsForItsTarget) {
  // The order is the log's, over targets: /b/x comes after the MKCOL of /b, which goes to "a".
  std::atomic<bool> made = false;
  std::atomic<bool> early = false;
  std::atomic<int> to_a = 0;
  const ScriptedServer a({ScriptedServer::Answering([&](const std::string& request) {
    const int number = ++to_a;
    if (number > 1 && number < 8) {
      return Answer(503);
    }
    made = made || request.starts_with("MKCOL ");
    return Answer(201);
  })});
  const ScriptedServer b({ScriptedServer::Answering([&](const std::string&) {
    early = early || !made;
    return Answer(201);
  })});
  SmallRun run(
      "", {{.method = "PUT", .target = "/y", .answered_ms = 1, .status = 201},
           {.method = "MKCOL", .target = "/b/", .began_ms = 2, .answered_ms = 3, .status = 201},
           {.method = "PUT", .target = "/b/x", .began_ms = 4, .answered_ms = 5, .status = 201}});
  run.edits = Routes("/b/x", b, a);
  run.search = false;
  run.options.retry = {.tries = 2, .first_pause_ms = 1, .longest_pause_ms = 4};
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.answered, 3U);
  EXPECT_FALSE(early);
}

TEST(Away, WhatIsLateBecauseTheTargetWasAwaySaysSo) {
  const Unreached target(8);
  PostRun run(target.url());
  run.options.speed = {.kind = pace::Speed::Kind::kRate, .from = 1'000, .to = 1'000};
  run.options.retry.first_pause_ms = 20;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(LongestOf(run.progress.counts.late).first, "away");
}

}  // namespace
}  // namespace trafrec::replay
