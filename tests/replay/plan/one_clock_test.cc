// A plan that expects one recorder keeps nothing for another one's clock.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/plan/planner.h"
#include "tests/replay/plan/growing_log.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {
namespace {

TEST(OneClock, ARecorderThatBeganAfterTheReplayIsNamed) {
  const test_support::TemporaryFolder folder;
  for (const auto& [recorder, number] : {std::pair("first", 1U), {"second", 2U}}) {
    GrowingLog log(folder / "log", recorder);
    log.Put({.number = number, .target = "/i/_doc/1", .status = 200, .answered_ms = 5});
    log.Advance(10, 10);
    log.Close();
  }
  const auto reader = store::LogReader::Open(folder / "log").value();
  edit::Editor editor =
      edit::Editor::Load({.to = "http://127.0.0.1:1", .search_dialect = true}).value();
  Planner planner(*reader, dialect::SearchDialect(), editor, {.one_clock = true});
  const Status planned = planner.Plan(
      {}, {}, [](const std::unique_ptr<PlannedExchange>&) -> Result<bool> { return true; });
  ASSERT_FALSE(planned);
  EXPECT_THAT(planned.error().what, testing::HasSubstr("recorder 'second' began"));
}

}  // namespace
}  // namespace trafrec::plan
