// Requests that are larger than what a run holds at a time.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/replay/run/fake_search.h"
#include "tests/replay/run/run_fixture.h"

namespace trafrec::replay {
namespace {

/// Documents "0", "1", … that the source made by one bulk, in that order.
Recorded BulkOf(int count) {
  std::vector<std::pair<std::string, int64_t>> items;
  for (int i = 0; i < count; ++i) {
    items.emplace_back(std::to_string(i), i);
  }
  return Bulk(items, 0, 5, "{}", "created");
}

TEST(Window, ABulkOfMoreOperationsThanItHoldsGoesInAsFewPartsAsItCan) {
  FakeSearch target;
  SmallRun run(target.url(), {BulkOf(10), Created("z", 10, 11, 20)});
  run.options.window = 4;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(target.AskedFor("POST /_bulk"), 3U);
  EXPECT_EQ(run.progress.counts.as_source, 11U);
  EXPECT_EQ(run.unordered, 0U);
}

TEST(Window, OneRequestOfMoreBytesThanItHoldsIsSent) {
  FakeSearch target;
  SmallRun run(target.url(), {BulkOf(3), Created("z", 10, 11, 20)});
  run.options.held_bytes = 1;
  run.options.held_bytes_most = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(run.progress.counts.as_source, 4U);
  EXPECT_EQ(run.unordered, 0U);
}

TEST(Window, LargeRequestsThatWereUnderWayTogetherKeepTheirOrder) {
  // The second began before the first was answered, and was carried out before it.
  FakeSearch target;
  SmallRun run(target.url(),
               {Updated("a", 0, 50, 8, R"({"by":"first"})"),
                Updated("a", 10, 40, 7, R"({"by":"second"})"), Created("z", 60, 61, 20)});
  run.options.held_bytes = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_EQ(target.Source("a"), R"({"by":"first"})");
  EXPECT_EQ(run.unordered, 0U);
}

TEST(Window, RequestsThatItMustNotHoldTogetherAreSentAndSaidToBeOutOfOrder) {
  FakeSearch target;
  SmallRun run(target.url(),
               {Updated("a", 0, 50, 8), Updated("a", 10, 40, 7), Created("z", 60, 61, 20)});
  run.options.held_bytes = 1;
  run.options.held_bytes_most = 1;
  ASSERT_TRUE(run.Send());
  EXPECT_GT(run.unordered, 0U);
  EXPECT_EQ(target.VersionOf("a"), 2);
}

}  // namespace
}  // namespace trafrec::replay
