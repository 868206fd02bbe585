#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/files/log_layout.h"
#include "store/overlay/overlay_reader.h"
#include "store/overlay/overlay_writer.h"
#include "store/reader/exchange_id.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A log of recorder "r" with exchanges 1 … 20, and an overlay over it.
class OverlayCheckTest : public testing::Test {
 protected:
  void SetUp() override {
    MakeLog(Finite(log_), 20);
    log_id_ = ReadLogIdentity(log_).value().log_id;
  }

  Status Check(const std::vector<OverlayEntry>& entries,
               const std::vector<Insertion>& insertions = {}) {
    const auto writer = OverlayWriter::Open(folder_ / "o", log_id_).value();
    for (const OverlayEntry& entry : entries) {
      EXPECT_TRUE(writer->Put(entry));
    }
    for (const Insertion& insertion : insertions) {
      EXPECT_TRUE(writer->Put(insertion));
    }
    EXPECT_TRUE(writer->Commit());
    return OverlayReader::Open(folder_ / "o").value()->CheckAgainst(log_id_, *OpenReader(log_));
  }
  static OperationAddress At(uint64_t number) {
    return {.exchange = {.recorder = "r", .attempt = 1, .number = number}};
  }
  static std::string Named(uint64_t number) { return FormatExchangeId(At(number).exchange); }

  TemporaryFolder folder_;
  std::filesystem::path log_ = folder_ / "log";
  std::string log_id_;
};

TEST_F(OverlayCheckTest, WhatSpeaksOfTheLogsExchangesFits) {
  EXPECT_TRUE(Check({{At(1), OverlayDrop{}},
                     {At(20), CommitPosition{"u", 0, 1, 2}},
                     {At(2), OverlayMove{.after = true, .other = At(3), .reason = {}}}},
                    {{.place = Place::kAfter, .beside = At(20).exchange}}));
}

TEST_F(OverlayCheckTest, UnknownExchangesAreNamed) {
  const Status refused = Check(
      {{At(3), OverlayDrop{}},
       {At(99), OverlayDrop{}},
       {At(2), OverlayMove{.after = true, .other = At(98), .reason = {}}}},
      {{.place = Place::kAfter, .beside = {.recorder = "elsewhere", .attempt = 1, .number = 1}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what,
              AllOf(HasSubstr("3 exchanges"), HasSubstr(Named(99)), HasSubstr(Named(98)),
                    HasSubstr("elsewhere-0001-11"), Not(HasSubstr(Named(3)))));
}

TEST_F(OverlayCheckTest, ACommitPositionBeyondTheLogIsNamed) {
  const Status refused = Check({{At(21), CommitPosition{"u", 0, 1, 2}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr(Named(21)));
}

TEST_F(OverlayCheckTest, AnInsertionThatIsNotThereIsNamed) {
  const Status refused = Check({}, {{.place = Place::kAfter, .beside = InsertionId(9)}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr(FormatExchangeId(InsertionId(9))));
}

TEST_F(OverlayCheckTest, AnotherLogIsRefused) {
  ASSERT_TRUE(Check({}));
  const auto reader = OverlayReader::Open(folder_ / "o").value();
  EXPECT_THAT(reader->CheckAgainst("ffee", *OpenReader(log_)).error().what,
              AllOf(HasSubstr("ffee"), HasSubstr(log_id_)));
}

}  // namespace
}  // namespace trafrec::store
