// A target that answers nothing but 502, 503 and 504 is away, and waited for.

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

TEST(Away, AfterTwentyAnswersThatItIsNotReachedNothingMoreIsSent) {
  std::atomic<int> posts = 0;
  const ScriptedServer target({ScriptedServer::Answering([&](const std::string& request) {
    return Answer(request.starts_with("POST ") && ++posts == 1 ? 201 : 502);
  })});
  SmallRun run(target.url(), Posts(60));
  run.search = false;
  run.options.concurrency = 1;
  run.options.on_dead = OnDead::kContinue;
  run.options.patience_ns = 0;
  const Status sent = run.Send();
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().what, HasSubstr("502 to everything"));
  EXPECT_EQ(posts, 21);
  const ScriptedServer back({ScriptedServer::Answering([&](const std::string& request) {
    posts += request.starts_with("POST ") ? 1 : 0;
    return Answer(201);
  })});
  run.url = back.url();
  ASSERT_TRUE(run.Send(true));
  EXPECT_EQ(posts, 60);
}

}  // namespace
}  // namespace trafrec::replay
