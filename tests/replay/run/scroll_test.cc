#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

TEST(Scroll, WhoGoesOnWithOneComesAfterWhatOpenedItInAnyOrder) {
  std::atomic<int> mapped = 0;
  FakeSearch target([&](const std::string& request) -> std::optional<std::string> {
    if (request.starts_with("POST /i/_search?scroll")) {
      return JsonAnswer(200, R"({"_scroll_id":"theirs","hits":{"hits":[]}})");
    }
    if (request.starts_with("POST /_search/scroll")) {
      mapped += request.find("theirs") != std::string::npos ? 1 : 0;
      return JsonAnswer(200, R"({"_scroll_id":"theirs","hits":{"hits":[]}})");
    }
    return std::nullopt;
  });
  const std::string answer = R"({"_scroll_id":"ours","hits":{"hits":[]}})";
  for (const plan::Order order :
       {plan::Order::kCausal, plan::Order::kConnection, plan::Order::kNone}) {
    SmallRun run(target.url(),
                 {{"POST", "/i/_search?scroll=1m", "{}", 0, 1, 200, answer},
                  {"POST", "/_search/scroll", R"({"scroll_id":"ours"})", 2, 3, 200, answer}});
    run.plan.order = order;
    ASSERT_TRUE(run.Send());
  }
  EXPECT_EQ(mapped, 3);
}

}  // namespace
}  // namespace trafrec::replay
