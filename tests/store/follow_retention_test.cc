// Following a log that retention deletes at the same time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/writer/retention.h"
#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

/// Segments of one exchange each, and a reader that has seen the first four.
class FollowOverRetention : public testing::Test {
 protected:
  FollowOverRetention() {
    MakeSegments(Finite(log_), 4);
    reader_ = OpenReader(log_);
    EXPECT_EQ(Numbers(*reader_).size(), 4U);
  }

  void Delete(uint64_t bytes_left, uint32_t segments) {
    EXPECT_EQ(ApplyRetention(log_ / "r", {.bytes_max = bytes_left}, kBegin + kNsPerSecond, nullptr)
                  .value(),
              segments);
  }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
  std::unique_ptr<LogReader> reader_;
};

TEST_F(FollowOverRetention, NothingIsMissedOfWhatWasShown) {
  Delete(1, 4);
  EXPECT_THAT(Followed(*reader_), IsEmpty());
  EXPECT_EQ(reader_->missed(), 0U);
}

TEST_F(FollowOverRetention, WhatWasDeletedBeforeItWasShownIsCountedOnce) {
  MakeSegments(Finite(log_), 3);
  Delete(fs::file_size(SegmentIn(log_, 3, 2)), 6);
  EXPECT_THAT(Followed(*reader_), ElementsAre(3));
  EXPECT_EQ(reader_->missed(), 2U);
  EXPECT_THAT(Followed(*reader_), IsEmpty());
  EXPECT_EQ(reader_->missed(), 2U);
}

TEST_F(FollowOverRetention, AWholeAttemptThatIsGoneIsCounted) {
  MakeSegments(Finite(log_), 3);
  Delete(1, 7);
  EXPECT_THAT(Followed(*reader_), IsEmpty());
  EXPECT_EQ(reader_->missed(), 3U);
}

TEST_F(FollowOverRetention, WhatWasGoneBeforeTheReaderCameIsNotMissed) {
  Delete(1, 4);
  MakeSegments(Finite(log_), 1);
  const auto late = OpenReader(log_);
  EXPECT_THAT(Numbers(*late), ElementsAre(1));
  EXPECT_THAT(Followed(*late), IsEmpty());
  EXPECT_EQ(late->missed(), 0U);
}

}  // namespace
}  // namespace trafrec::store
