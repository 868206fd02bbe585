// A target that says 429.

#include <gtest/gtest.h>

#include <atomic>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

bool IsWrite(const std::string& request) { return request.starts_with("PUT"); }

TEST(BusyTarget, IsAskedAgainAndGivenLessToDo) {
  std::atomic<int> refusals = 3;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    return IsWrite(request) && refusals-- > 0
               ? std::optional(JsonAnswer(429, R"({"error":{"type":"x"},"status":429})"))
               : std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  run.options.retry.first_pause_ms = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.throttled, 3U);
  EXPECT_EQ(run.progress.counts.retries, 3U);
  EXPECT_EQ(target.VersionOf("a"), 1);
}

TEST(BusyTarget, IsGivenLessToDoWhereItRefusesItemsOfABulk) {
  std::atomic<bool> refuse = true;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    return request.starts_with("POST /_bulk") && refuse.exchange(false)
               ? std::optional(JsonAnswer(200, R"({"took":1,"errors":true,"items":[)"
                                               R"({"index":{"_index":"i","_id":"a","status":429,)"
                                               R"("error":{"type":"es_rejected_execution"}}}]})"))
               : std::nullopt;
  });
  SmallRun run(target.url(), {Bulk({{"a", 0}}, 0, 1)});
  run.options.retry.first_pause_ms = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.throttled, 1U);
  EXPECT_EQ(target.VersionOf("a"), 1);
}

TEST(BusyTarget, GetsNoMoreOfWhatIsGivenUp) {
  FakeSearch target([](const std::string& request) -> std::optional<std::string> {
    return IsWrite(request) ? std::optional(JsonAnswer(429, "{}")) : std::nullopt;
  });
  SmallRun run(target.url(), {Created("a", 0, 1, 0)});
  run.options.retry.first_pause_ms = 1;
  run.options.retry.tries = 3;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.dead, 1U);
  EXPECT_EQ(run.progress.counts.retries, 2U);
}

}  // namespace
}  // namespace trafrec::replay
