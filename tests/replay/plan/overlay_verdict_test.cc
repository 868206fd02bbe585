// What an overlay's verdict says of a write that nobody answered.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/plan/planner.h"
#include "store/files/log_layout.h"
#include "store/overlay/overlay_writer.h"
#include "tests/replay/plan/growing_log.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {
namespace {

using testing::ElementsAre;

TEST(OverlayVerdict, WhatTheSourceCommittedUnseenIsPlannedAsThat) {
  const test_support::TemporaryFolder folder;
  GrowingLog log(folder / "log");
  log.Put({.number = 1, .target = "/i/_doc/1?if_seq_no=31&if_primary_term=1"});
  log.Put({.number = 2, .target = "/i/_doc/2?if_seq_no=32&if_primary_term=1"});
  log.Close();
  const std::string log_id = store::ReadLogIdentity(folder / "log").value().log_id;
  auto writer = store::OverlayWriter::Open(folder / "overlay", log_id).value();
  ASSERT_TRUE(writer->Put({{{"r", 1, 1}, 0},
                           store::OverlayVerdict{.verdict = store::Verdict::kCommitted,
                                                 .grade = store::Grade::kProven,
                                                 .evidence = "test"}}));
  ASSERT_TRUE(writer->Commit());
  const auto overlay = store::OverlayReader::Open(folder / "overlay").value();
  const auto reader = store::LogReader::Open(folder / "log").value();
  edit::Editor editor =
      edit::Editor::Load({.to = "http://127.0.0.1:1", .search_dialect = true}).value();
  PlanOptions options{.phantoms = Phantoms::kSend};
  options.overlay = overlay.get();
  Planner planner(*reader, dialect::SearchDialect(), editor, options);
  std::vector<bool> committed;
  const Status planned =
      planner.Plan(std::nullopt, std::nullopt, [&](PlannedExchange exchange) -> Result<bool> {
        committed.push_back(exchange.operations.at(0).committed);
        return true;
      });
  EXPECT_TRUE(planned) << planned.error().what;
  EXPECT_THAT(committed, ElementsAre(true, false));
}

}  // namespace
}  // namespace trafrec::plan
