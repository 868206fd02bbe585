// Several recorders at work: who waits for whom, and what a reader that follows them sees.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/merge_fixture.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// So long after it an exchange can have no more sightings.
constexpr TimeNs kSettled = 10 * kNsPerSecond;

class RecordersAtWork : public testing::Test {
 protected:
  std::unique_ptr<LogReader> Without(const std::string& recorder) const {
    return LogReader::Open(LogSelection{.folders = {log_}, .without = {recorder}}).value();
  }

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
  Witness a_{log_, "a", {}, true};
  Witness b_{log_, "b", {}, true};
};

TEST_F(RecordersAtWork, NothingIsShownBeyondTheLeastMark) {
  a_.SawAll(1, 3).Through(TimeOf(3) + kSettled);
  b_.SawAll(1, 1).Through(TimeOf(1));
  const auto reader = OpenReader(log_);
  EXPECT_THAT(Shown(*reader), IsEmpty());
  ASSERT_TRUE(reader->hold());
  EXPECT_EQ(reader->hold()->recorder, "b");
  EXPECT_EQ(reader->hold()->through, TimeOf(1));
  EXPECT_EQ(reader->hold()->others_through, TimeOf(3) + kSettled);
  EXPECT_EQ(reader->hold()->behind_ns, TimeOf(3) + kSettled - TimeOf(1));
  EXPECT_TRUE(reader->hold()->running);
}

TEST_F(RecordersAtWork, WhatAllHavePassedIsShown) {
  a_.SawAll(1, 3).Through(TimeOf(3) + kSettled);
  b_.SawAll(2, 4).Through(TimeOf(4) + kSettled);
  const auto reader = OpenReader(log_);
  EXPECT_EQ(Shown(*reader).size(), 4U);
  EXPECT_FALSE(reader->hold());
}

TEST_F(RecordersAtWork, ARecorderThatIsGivenUpHoldsBackNothing) {
  a_.SawAll(1, 3).Through(TimeOf(3) + kSettled);
  b_.SawAll(1, 1).Through(TimeOf(1));
  const auto reader = Without("b");
  EXPECT_THAT(Shown(*reader), ElementsAre("a-0001-11 /index/_doc/1 x2", "a-0001-12 /index/_doc/2",
                                          "a-0001-13 /index/_doc/3"));
  EXPECT_FALSE(reader->hold());
}

TEST_F(RecordersAtWork, ARecorderThatEndedHoldsBackNothing) {
  a_.SawAll(1, 3).Through(TimeOf(3) + kSettled);
  b_.SawAll(1, 1).Through(TimeOf(1));
  b_.End();
  EXPECT_EQ(Shown(log_).size(), 3U);
}

TEST_F(RecordersAtWork, ANameThatIsNoRecorderIsRefused) {
  const auto reader = LogReader::Open(LogSelection{.folders = {log_}, .without = {"c"}});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kUsage);
  EXPECT_THAT(reader.error().remedy, testing::HasSubstr("'a', 'b'"));
}

TEST_F(RecordersAtWork, FollowShowsEachExchangeOnceWhenAllHavePassedIt) {
  a_.SawAll(1, 2).Through(TimeOf(2) + kSettled);
  b_.Through(TimeOf(1));
  const auto reader = OpenReader(log_);
  EXPECT_THAT(ShownNext(*reader), IsEmpty());
  b_.SawAll(1, 2).Through(TimeOf(2) + kSettled);
  EXPECT_THAT(ShownNext(*reader),
              ElementsAre("a-0001-11 /index/_doc/1 x2", "a-0001-12 /index/_doc/2 x2"));
  EXPECT_THAT(ShownNext(*reader), IsEmpty());
  a_.Saw({.n = 20'000}).Through(TimeOf(20'000) + kSettled);
  EXPECT_THAT(ShownNext(*reader), IsEmpty());
  b_.Through(TimeOf(20'000) + kSettled);
  EXPECT_THAT(ShownNext(*reader), ElementsAre("a-0001-13 /index/_doc/20000"));
}

TEST_F(RecordersAtWork, FollowShowsAnOpenExchangeAgainWhenAnyoneSawItsAnswer) {
  a_.Saw({.response = false, .open = true}).Through(TimeOf(1) + kSettled);
  b_.Saw({.response = false, .open = true}).Through(TimeOf(1) + kSettled);
  const auto reader = OpenReader(log_);
  EXPECT_THAT(ShownNext(*reader), ElementsAre("a-0001-11 /index/_doc/1 x2 response_missing open"));
  EXPECT_THAT(ShownNext(*reader), IsEmpty());
  b_.Saw({}).Through(TimeOf(1) + 2 * kSettled);
  EXPECT_THAT(ShownNext(*reader), ElementsAre("a-0001-11 /index/_doc/1 x2"));
  a_.Saw({}).Through(TimeOf(1) + 2 * kSettled);
  EXPECT_THAT(ShownNext(*reader), IsEmpty());
}

TEST_F(RecordersAtWork, FollowShowsALateAnswerWithoutRequest) {
  a_.Saw({.n = 1}).Through(TimeOf(1) + kSettled);
  b_.Through(TimeOf(1) + kSettled);
  const auto reader = OpenReader(log_);
  EXPECT_EQ(ShownNext(*reader).size(), 1U);
  b_.Saw({.n = 3, .request = false}).Through(TimeOf(1) + 2 * kSettled);
  a_.Through(TimeOf(1) + 2 * kSettled);
  EXPECT_THAT(ShownNext(*reader), ElementsAre("b-0001-11 (no request) request_missing"));
  EXPECT_THAT(ShownNext(*reader), IsEmpty());
}

}  // namespace
}  // namespace trafrec::store
