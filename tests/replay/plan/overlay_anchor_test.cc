// What an overlay puts beside an exchange, where conditions leave that exchange out.

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

/// Exchanges 1 to 4 write documents; the test lays something over them.
class OverlayAnchor : public testing::Test {
 protected:
  void SetUp() override {
    GrowingLog log(folder_ / "log");
    for (const int n : {1, 2, 3, 4}) {
      log.Put({.number = static_cast<store::ExchangeNumber>(n),
               .target = "/i/_doc/" + std::to_string(n),
               .status = n == 2 ? 200 : 201,
               .answer = R"({"_index":"i","result":"created"})",
               .answered_ms = n + 1});
    }
    log.Close();
    const std::string log_id = store::ReadLogIdentity(folder_ / "log").value().log_id;
    writer_ = store::OverlayWriter::Open(folder_ / "overlay", log_id).value();
  }
  static store::ExchangeId IdOf(uint64_t n) { return {"r", 1, n}; }
  void InsertAfter(uint64_t n) {
    ASSERT_TRUE(writer_->Put({.place = store::Place::kAfter,
                              .beside = IdOf(n),
                              .method = "PUT",
                              .target = "/i/_doc/inserted"}));
  }
  /// Targets of what is planned, in order.
  std::vector<std::string> Planned() {
    EXPECT_TRUE(writer_->Commit());
    const auto overlay = store::OverlayReader::Open(folder_ / "overlay").value();
    const auto reader = store::LogReader::Open(folder_ / "log").value();
    edit::Editor editor =
        edit::Editor::Load({.to = "http://127.0.0.1:1", .search_dialect = true}).value();
    options_.overlay = overlay.get();
    Planner planner(*reader, dialect::SearchDialect(), editor, options_);
    std::vector<std::string> targets;
    const Status planned = planner.Plan(
        std::nullopt, std::nullopt, [&](std::unique_ptr<PlannedExchange> exchange) -> Result<bool> {
          targets.push_back(exchange->request.target);
          return true;
        });
    EXPECT_TRUE(planned) << planned.error().what;
    return targets;
  }

  test_support::TemporaryFolder folder_;
  std::unique_ptr<store::OverlayWriter> writer_;
  PlanOptions options_{.phantoms = Phantoms::kSend};
};

TEST_F(OverlayAnchor, AnInsertionIsSentWhereTheExchangeBesideItIsNotSelected) {
  InsertAfter(2);
  options_.filter.statuses = {"201"};
  EXPECT_THAT(Planned(), ElementsAre("/i/_doc/1", "/i/_doc/inserted", "/i/_doc/3", "/i/_doc/4"));
}

TEST_F(OverlayAnchor, AMovedRequestIsSentWhereTheExchangeBesideItIsNotSelected) {
  ASSERT_TRUE(
      writer_->Put({{IdOf(4), 0}, store::OverlayMove{.other = {IdOf(2), 0}, .reason = "test"}}));
  options_.filter.statuses = {"201"};
  EXPECT_THAT(Planned(), ElementsAre("/i/_doc/1", "/i/_doc/4", "/i/_doc/3"));
}

TEST_F(OverlayAnchor, BehindTheLastOneThatIsSelectedTooIsItsPlace) {
  InsertAfter(4);
  options_.filter.where = "target = '/i/_doc/1'";
  EXPECT_THAT(Planned(), ElementsAre("/i/_doc/1", "/i/_doc/inserted"));
}

TEST_F(OverlayAnchor, OutsideOfTheTimesThatAreAskedForItIsNotSent) {
  InsertAfter(2);
  options_.filter.since = store::TimeOf(3);
  options_.filter.statuses = {"201"};
  EXPECT_THAT(Planned(), ElementsAre("/i/_doc/3", "/i/_doc/4"));
}

}  // namespace
}  // namespace trafrec::plan
