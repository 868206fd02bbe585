// A log that several recorders write, followed step by step.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "store/reader/log_reader.h"
#include "tests/replay/plan/growing_log.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {
namespace {

/// Both see all of it.
TEST(SeveralRecorders, WhatIsHeldBackComesWithALaterVisitOnce) {
  const test_support::TemporaryFolder folder;
  GrowingLog first(folder / "log", "first");
  GrowingLog second(folder / "log", "second");
  const auto reader = store::LogReader::Open(folder / "log").value();
  std::multiset<std::string> given;
  TimeNs since = 0;
  const auto visit = [&] {
    const Status visited = reader->Visit({.since = since}, [&](const store::ExchangeRow& row) {
      given.insert(row.target);
      return true;
    });
    ASSERT_TRUE(visited) << visited.error().what;
    since = std::max(since, reader->given_through());
  };
  std::multiset<std::string> put;
  constexpr int64_t kStepMs = 700;
  for (int64_t step = 1; step <= 10; ++step) {
    const std::string target = "/" + std::to_string(step);
    put.insert(target);
    for (GrowingLog* const log : {&first, &second}) {
      log->Put({.number = static_cast<store::ExchangeNumber>(step * kStepMs),
                .target = target,
                .status = 200,
                .answered_ms = step * kStepMs + 5});
      log->Advance(step * kStepMs + 10, step * kStepMs + 10);
    }
    visit();
    EXPECT_TRUE(std::ranges::includes(put, given));
  }
  EXPECT_GT(given.size(), 0U);
  EXPECT_LT(given.size(), put.size());
  first.Close();
  second.Close();
  visit();
  EXPECT_EQ(given, put);
}

}  // namespace
}  // namespace trafrec::plan
