#include "tools/patterns/analysis/top_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace trafrec::patterns {
namespace {

TEST(TopKeys, BelowTheCapAllIsExact) {
  TopKeys<int> keys(2);
  for (const char* key : {"a", "b", "a", "c", "d", "a"}) {
    ++keys.Add(key);
  }
  EXPECT_EQ(keys.floor(), 0U);
  const auto entries = keys.Take();
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].key, "a");
  EXPECT_EQ(entries[0].count, 3U);
  EXPECT_EQ(entries[0].value, 3);
}

/// A frequent key among so many others that they do not fit.
TEST(TopKeys, OverTheCapTheFrequentStayAndTheFloorBoundsTheRest) {
  constexpr uint64_t kOthers = 1'000;
  TopKeys<int> keys(10);
  for (uint64_t i = 0; i < kOthers; ++i) {
    keys.Add("frequent");
    keys.Add("other " + std::to_string(i));
  }
  const uint64_t floor = keys.floor();
  const auto entries = keys.Take();
  EXPECT_LE(entries.size(), 20U);
  EXPECT_EQ(entries[0].key, "frequent");
  EXPECT_EQ(entries[0].count, kOthers);
  EXPECT_EQ(entries[0].missed, 0U);
  EXPECT_GE(floor, 1U);
  EXPECT_LE(floor, 2 * kOthers / 10);
}

TEST(TopKeys, AKeyThatWasForgottenSaysHowMuchItMayLack) {
  TopKeys<int> keys(1);
  for (const char* key : {"a", "a", "b", "b", "b", "c", "a"}) {
    keys.Add(key);
  }
  for (const auto& entry : keys.Take()) {
    if (entry.key == "a") {
      EXPECT_EQ(entry.count, 1U);
      EXPECT_GE(entry.missed, 2U);
    }
  }
}

}  // namespace
}  // namespace trafrec::patterns
