// Edits change what is sent, not what the source did: its sequence numbers keep their order.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/plan/planner.h"
#include "tests/replay/plan/growing_log.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {
namespace {

/// The place of the only exchange in its document's history, with a transform.
std::optional<order::Commit> CommitOf(const std::string& target) {
  const test_support::TemporaryFolder folder;
  GrowingLog log(folder / "log");
  log.Put({.number = 1,
           .target = target,
           .status = 201,
           .answer = R"({"_index":"i","_id":"1","result":"created","_seq_no":7,"_primary_term":1})",
           .answered_ms = 2});
  log.Close();
  const auto reader = store::LogReader::Open(folder / "log").value();
  edit::Editor editor =
      edit::Editor::Load(
          {.to = "http://127.0.0.1:1", .transforms = {"es-to-opensearch"}, .search_dialect = true})
          .value();
  Planner planner(*reader, dialect::SearchDialect(), editor, {});
  std::optional<order::Commit> commit;
  EXPECT_TRUE(planner.Plan({}, {}, [&](std::unique_ptr<PlannedExchange> exchange) -> Result<bool> {
    commit = exchange->operations.front().order.commit;
    return true;
  }));
  return commit;
}

TEST(EditedOrder, AWriteWhosePathATransformChangesKeepsItsSequenceNumber) {
  const std::optional<order::Commit> commit = CommitOf("/i/thing/1");
  ASSERT_TRUE(commit);
  EXPECT_EQ(commit->seq_no, 7);
}

}  // namespace
}  // namespace trafrec::plan
