// A read goes out as the plan's own request, which comes back with the answer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

using testing::HasSubstr;

TEST(LentRequest, AReadThatGoesAgainIsTheSameAndStandsInTheRunsLog) {
  std::mutex mutex;
  std::vector<std::string> reads;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    const std::lock_guard lock(mutex);
    reads.push_back(request);
    return reads.size() == 1
               ? std::optional(JsonAnswer(429, R"({"error":{"type":"x"},"status":429})"))
               : std::nullopt;
  });
  SmallRun run(target.url(),
               {{"GET", "/i/_doc/a", "", 0, 1, 404, R"({"_index":"i","_id":"a","found":false})"}});
  run.options.retry.first_pause_ms = 1;
  run.options.run_mark = "r";
  ASSERT_TRUE(run.Send());
  ASSERT_EQ(reads.size(), 2U);
  EXPECT_THAT(reads[0], HasSubstr("Trafrec-Run: r"));
  EXPECT_EQ(reads[1], reads[0]);
  const auto results = run.Results();
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].row.target, "/i/_doc/a");
}

}  // namespace
}  // namespace trafrec::replay
