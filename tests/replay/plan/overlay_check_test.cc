#include "replay/plan/overlay_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/files/log_layout.h"
#include "store/overlay/overlay_writer.h"
#include "tests/replay/plan/growing_log.h"
#include "tests/store/log_fixture.h"

namespace trafrec::plan {
namespace {

using store::OverlayDrop;
using store::OverlayRewrite;
using testing::AllOf;
using testing::HasSubstr;

/// Exchange 1 writes a document, exchange 2 is a bulk of two.
class OverlayChecking : public testing::Test {
 protected:
  void SetUp() override {
    GrowingLog log(folder_ / "log");
    log.Put({.number = 1, .target = "/i/_doc/1", .body = R"({"a":1})", .status = 201});
    log.Put({.number = 2,
             .target = "/_bulk",
             .body = "{\"index\":{\"_index\":\"i\",\"_id\":\"2\"}}\n{\"a\":2}\n"
                     "{\"delete\":{\"_index\":\"i\",\"_id\":\"1\"}}\n",
             .method = "POST",
             .status = 200});
    log.Close();
    reader_ = store::LogReader::Open(folder_ / "log").value();
  }
  template <typename What>
  static store::OverlayEntry Entry(uint64_t n, std::optional<uint32_t> item, What what) {
    return {{{"r", 1, n}, item}, std::move(what)};
  }
  /// "" if it can be done.
  std::string ErrorOf(const store::OverlayEntry& entry) {
    OverlayCheck check(*reader_, {&dialect::SearchDialect()});
    const Status fits = check.Entries(std::vector{entry});
    return fits ? "" : fits.error().what + "; " + fits.error().remedy;
  }

  test_support::TemporaryFolder folder_;
  std::unique_ptr<store::LogReader> reader_;
  const OverlayRewrite set_a_{.pointers = {{"/a", "7"}}};
};

TEST_F(OverlayChecking, WhatTheRequestsHaveCanBeDone) {
  EXPECT_EQ(ErrorOf(Entry(1, std::nullopt, OverlayDrop{})), "");
  EXPECT_EQ(ErrorOf(Entry(1, 0, OverlayDrop{})), "");
  EXPECT_EQ(ErrorOf(Entry(1, std::nullopt, set_a_)), "");
  EXPECT_EQ(ErrorOf(Entry(2, 0, set_a_)), "");
  EXPECT_EQ(ErrorOf(Entry(2, 1, OverlayDrop{})), "");
}

TEST_F(OverlayChecking, AnItemThatDoesNotExistIsRefusedWithTheCountOfThose) {
  EXPECT_THAT(ErrorOf(Entry(2, 2, OverlayDrop{})),
              AllOf(HasSubstr("r-0001-12/2"), HasSubstr("2 items, 0 to 1")));
  EXPECT_THAT(ErrorOf(Entry(1, 3, OverlayDrop{})), HasSubstr("one item, 0"));
  EXPECT_THAT(
      ErrorOf(Entry(1, std::nullopt, store::OverlayMove{.other = {{"r", 1, 2}, 5}, .reason = ""})),
      HasSubstr("r-0001-12/5"));
}

TEST_F(OverlayChecking, OneValueInABulkAsAWholeIsRefusedAndAnItemAskedFor) {
  EXPECT_THAT(ErrorOf(Entry(2, std::nullopt, set_a_)),
              AllOf(HasSubstr("cannot rewrite r-0001-12:"), HasSubstr("as in r-0001-12/0")));
}

TEST_F(OverlayChecking, ASourceThatAnItemDoesNotHaveIsNotRewritten) {
  EXPECT_THAT(ErrorOf(Entry(2, 1, set_a_)), HasSubstr("has no source"));
}

TEST_F(OverlayChecking, AVerdictIsTakenAsItIs) {
  EXPECT_EQ(ErrorOf(Entry(2, 9, store::OverlayVerdict{})), "");
}

TEST_F(OverlayChecking, OfAWholeOverlayEachExchangeIsLookedAt) {
  const std::string log_id = store::ReadLogIdentity(folder_ / "log").value().log_id;
  auto writer = store::OverlayWriter::Open(folder_ / "overlay", log_id).value();
  ASSERT_TRUE(writer->Put(Entry(1, std::nullopt, set_a_)));
  ASSERT_TRUE(writer->Put(Entry(2, 7, OverlayDrop{})));
  ASSERT_TRUE(writer->Commit());
  const auto overlay = store::OverlayReader::Open(folder_ / "overlay").value();
  const Status fits = OverlayCheck(*reader_, {&dialect::SearchDialect()}).All(*overlay);
  ASSERT_FALSE(fits);
  EXPECT_THAT(fits.error().what, HasSubstr("r-0001-12/7"));
}

TEST_F(OverlayChecking, AnItemOfAnInsertionIsLookedForInIt) {
  const std::string log_id = store::ReadLogIdentity(folder_ / "log").value().log_id;
  auto writer = store::OverlayWriter::Open(folder_ / "overlay", log_id).value();
  const auto number = writer->Put({.place = store::Place::kAfter,
                                   .beside = {"r", 1, 1},
                                   .method = "PUT",
                                   .target = "/i/_doc/9",
                                   .body = "{}"});
  ASSERT_TRUE(number);
  ASSERT_TRUE(writer->Put(store::OverlayEntry{{store::InsertionId(*number), 4}, OverlayDrop{}}));
  ASSERT_TRUE(writer->Commit());
  const auto overlay = store::OverlayReader::Open(folder_ / "overlay").value();
  EXPECT_FALSE(OverlayCheck(*reader_, {&dialect::SearchDialect()}).All(*overlay));
}

}  // namespace
}  // namespace trafrec::plan
