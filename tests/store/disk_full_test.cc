#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <memory>
#include <string>

#include "store/writer/log_writer.h"
#include "tests/store/log_fixture.h"
#include "tests/support/private_machine.h"

namespace trafrec::store {
namespace {

using test_support::SmallDisk;

constexpr size_t kBodyBytes = 100'000;

/// A live recording that stored 10 exchanges, and had no room for all of the next 90.
std::unique_ptr<LogWriter> LiveOnAFullDisk(const SmallDisk& disk) {
  auto writer = std::move(LogWriter::Open(Live(disk.log()))).value();
  PutExchanges(*writer, 1, 10, kBodyBytes);
  writer->Drain();
  EXPECT_FALSE(writer->trouble().has_value());
  disk.Fill(500'000);
  PutExchanges(*writer, 11, 100, kBodyBytes);
  writer->Drain();
  return writer;
}

TEST(DiskFull, FiniteJobSealsWhatItHasAndReportsIt) {
  const SmallDisk disk(24);
  auto writer = std::move(LogWriter::Open(Finite(disk.log()))).value();
  PutExchanges(*writer, 1, 1000, kBodyBytes);
  const auto closed = writer->Close(TimeOf(1000));
  ASSERT_FALSE(closed.has_value());
  EXPECT_EQ(closed.error().code, ErrorCode::kNoSpace);
  EXPECT_THAT(FileNames(disk.log(), 1), testing::ElementsAre("000001.sqlite"));
}

TEST(DiskFull, FiniteJobKeepsWhatWasCommittedBeforeAndNamesTheRest) {
  const SmallDisk disk(24);
  auto writer = std::move(LogWriter::Open(Finite(disk.log()))).value();
  PutExchanges(*writer, 1, 50, kBodyBytes);
  writer->Drain();
  ASSERT_EQ(writer->written().exchanges_below, 51U);
  PutExchanges(*writer, 51, 1000, kBodyBytes);
  ASSERT_FALSE(writer->Close(TimeOf(1000)).has_value());
  const LogContent content = ReadLog(disk.log());
  for (ExchangeNumber n = 1; n <= 50; ++n) {
    EXPECT_EQ(content.bodies.at(MessageIdOf(n, Side::kClient)), BodyOf(n, kBodyBytes)) << n;
  }
  EXPECT_THAT(content.LossCauses(),
              testing::ElementsAre(LossCause::kStart, LossCause::kDiskFull, LossCause::kStop));
  EXPECT_GE(content.losses[1].until, TimeOf(1000));
  EXPECT_TRUE(content.attempt.contains("ended_ns"));
  EXPECT_TRUE(content.attempt.contains("error"));
}

TEST(DiskFull, SegmentOfAFailedFiniteJobIsAWholeDatabase) {
  const SmallDisk disk(24);
  auto writer = std::move(LogWriter::Open(Finite(disk.log()))).value();
  PutExchanges(*writer, 1, 1000, kBodyBytes);
  ASSERT_FALSE(writer->Close(TimeOf(1000)).has_value());
  auto database =
      db::Database::Open(disk.log() / "r/0001/000001.sqlite", db::OpenMode::kReadImmutable).value();
  EXPECT_EQ(database.QueryText("PRAGMA integrity_check").value(), "ok");
}

TEST(DiskFull, LiveRecordingSaysSoAndCountsWhatItSheds) {
  const SmallDisk disk(24);
  const auto writer = LiveOnAFullDisk(disk);
  ASSERT_TRUE(writer->trouble().has_value());
  EXPECT_EQ(writer->trouble()->code, ErrorCode::kNoSpace);
  EXPECT_LT(writer->written().exchanges_below, 101U);
  disk.FreeWhatWasFilled();
  ASSERT_TRUE(writer->Close(TimeOf(100)).has_value());
  EXPECT_THAT(BrokenSums(writer->counters()), testing::IsEmpty());
  EXPECT_GT(ReadLog(disk.log()).counters.at("store.messages.shed.disk_full"), 0);
}

TEST(DiskFull, LiveRecordingGoesOnOnceThereIsRoom) {
  const SmallDisk disk(24);
  const auto writer = LiveOnAFullDisk(disk);
  ASSERT_TRUE(writer->trouble().has_value());
  disk.FreeWhatWasFilled();
  while (writer->trouble().has_value()) {
    sched_yield();
  }
  PutExchanges(*writer, 101, 110, kBodyBytes);
  ASSERT_TRUE(writer->Close(TimeOf(110)).has_value());
  const LogContent content = ReadLog(disk.log());
  for (const ExchangeNumber n : {1U, 10U, 101U, 110U}) {
    EXPECT_EQ(content.bodies.at(MessageIdOf(n, Side::kClient)), BodyOf(n, kBodyBytes)) << n;
    EXPECT_EQ(content.exchanges.at(n).flags, 0U) << n;
  }
  EXPECT_THAT(content.LossCauses(),
              testing::ElementsAre(LossCause::kStart, LossCause::kDiskFull, LossCause::kStop));
}

TEST(DiskFull, LossRowsOfOtherCausesOutliveIt) {
  const SmallDisk disk(24);
  const auto writer = LiveOnAFullDisk(disk);
  LossRecord shed;
  shed.cause = LossCause::kLoad;
  shed.from = TimeOf(20);
  shed.until = TimeOf(30);
  shed.bytes = 4'711;
  shed.exact = true;
  writer->PutLoss(shed);
  writer->Drain();
  disk.FreeWhatWasFilled();
  ASSERT_TRUE(writer->Close(TimeOf(100)).has_value());
  EXPECT_THAT(
      ReadLog(disk.log()).losses,
      testing::Contains(testing::AllOf(testing::Field(&LogContent::Loss::cause, shed.cause),
                                       testing::Field(&LogContent::Loss::from, shed.from),
                                       testing::Field(&LogContent::Loss::until, shed.until),
                                       testing::Field(&LogContent::Loss::bytes, shed.bytes))));
}

TEST(DiskFull, LossRowCoversEveryExchangeThatIsMissing) {
  const SmallDisk disk(24);
  const auto writer = LiveOnAFullDisk(disk);
  disk.FreeWhatWasFilled();
  ASSERT_TRUE(writer->Close(TimeOf(100)).has_value());
  const LogContent content = ReadLog(disk.log());
  ASSERT_EQ(content.losses.at(1).cause, LossCause::kDiskFull);
  for (ExchangeNumber n = 1; n <= 100; ++n) {
    const bool covered =
        content.losses[1].from <= TimeOf(n) + 3000 && content.losses[1].until >= TimeOf(n);
    EXPECT_TRUE(content.exchanges.contains(n) || covered) << n;
  }
}

}  // namespace
}  // namespace trafrec::store
