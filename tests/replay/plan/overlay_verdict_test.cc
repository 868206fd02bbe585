// What an overlay's verdict says of a write that nobody answered.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "replay/plan/planner.h"
#include "store/files/log_layout.h"
#include "store/overlay/overlay_writer.h"
#include "tests/replay/plan/growing_log.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;

class OverlayVerdict : public testing::Test {
 protected:
  void Say(store::ExchangeNumber exchange, uint32_t item, store::Verdict verdict) {
    said_.push_back({{{"r", 1, exchange}, item},
                     store::OverlayVerdict{
                         .verdict = verdict, .grade = store::Grade::kProven, .evidence = "test"}});
  }

  /// All operations of the log in its order, planned with what was said. `edits`: a file's text.
  std::vector<PlannedOperation> Plan(const std::string& edits = "") {
    log_.Close();
    const auto reader = store::LogReader::Open(folder_ / "log").value();
    const std::string log_id = store::ReadLogIdentity(folder_ / "log").value().log_id;
    auto writer = store::OverlayWriter::Open(folder_ / "overlay", log_id).value();
    for (const store::OverlayEntry& entry : said_) {
      EXPECT_TRUE(writer->Put(entry));
    }
    EXPECT_TRUE(writer->Commit());
    const auto overlay = store::OverlayReader::Open(folder_ / "overlay").value();
    edit::EditOptions edit{.to = "http://127.0.0.1:1", .search_dialect = true};
    if (!edits.empty()) {
      edit.file = folder_ / "edits";
      std::ofstream(edit.file) << edits;
    }
    edit::Editor editor = edit::Editor::Load(edit).value();
    PlanOptions options{.phantoms = Phantoms::kSend};
    options.overlay = overlay.get();
    Planner planner(*reader, dialect::SearchDialect(), editor, options);
    std::vector<PlannedOperation> operations;
    const Status planned =
        planner.Plan({}, {}, [&](std::unique_ptr<PlannedExchange> exchange) -> Result<bool> {
          std::ranges::move(exchange->operations, std::back_inserter(operations));
          return true;
        });
    EXPECT_TRUE(planned) << planned.error().what;
    return operations;
  }

  const test_support::TemporaryFolder folder_;
  GrowingLog log_{folder_ / "log"};

 private:
  std::vector<store::OverlayEntry> said_;
};

TEST_F(OverlayVerdict, WhatTheSourceCommittedUnseenIsPlannedAsThat) {
  log_.Put({.number = 1, .target = "/i/_doc/1?if_seq_no=31&if_primary_term=1"});
  log_.Put({.number = 2, .target = "/i/_doc/2?if_seq_no=32&if_primary_term=1"});
  Say(1, 0, store::Verdict::kCommitted);
  EXPECT_THAT(Plan(), ElementsAre(Field(&PlannedOperation::committed, true),
                                  Field(&PlannedOperation::committed, false)));
}

TEST_F(OverlayVerdict, OfABulkThatAnEditShortensItIsOfTheItemAsTheLogHasIt) {
  log_.Put({.number = 1,
            .target = "/i/_bulk",
            .body = "{\"index\":{\"_id\":\"1\"}}\n{\"x\":1}\n"
                    "{\"index\":{\"_id\":\"2\"}}\n{\"x\":2}\n",
            .method = "POST"});
  Say(1, 0, store::Verdict::kNotCommitted);
  Say(1, 1, store::Verdict::kCommitted);
  EXPECT_THAT(Plan("[[jq]]\non = \"sources\"\nprogram = 'select(.x != 1)'\n"),
              ElementsAre(AllOf(Field(&PlannedOperation::omission, Omission::kNone),
                                Field(&PlannedOperation::committed, true))));
}

}  // namespace
}  // namespace trafrec::plan
