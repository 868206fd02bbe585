#include "store/repair/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "store/files/log_layout.h"
#include "store/files/recorder_lock.h"
#include "store/verify/verify.h"
#include "store/writer/retention.h"
#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr ExchangeNumber kExchanges = 60;
constexpr size_t kBodyBytes = 50'000;

/// A log of one attempt, with several frames in each of its segments.
class Repairing : public testing::Test {
 protected:
  Repairing() {
    LogWriterOptions options = Finite(log_);
    options.segment_bytes_max = 2'500'000;
    MakeLog(options, kExchanges, kBodyBytes);
  }

  std::filesystem::path Segment(int number) const {
    return log_ / "r/0001" / ("00000" + std::to_string(number) + ".sqlite");
  }
  RepairReport Repaired() const { return RepairLog(log_, out_).value(); }

  static constexpr const char* kFlipInFrame2 =
      "UPDATE frame SET data = CAST(substr(data, 1, 1000) || X'0102' || substr(data, 1003) AS "
      "BLOB) "
      "WHERE id = 2";

  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
  const std::filesystem::path out_ = folder_ / "out";
};

TEST_F(Repairing, WholeAttemptIsCopiedByteForByte) {
  const RepairReport report = Repaired();
  EXPECT_EQ(report.attempts_copied, 1U);
  EXPECT_THAT(report.left_out, IsEmpty());
  EXPECT_EQ(ContentOf(out_ / "r/0001/000001.sqlite"), ContentOf(Segment(1)));
  EXPECT_EQ(ContentOf(out_ / "log.json"), ContentOf(log_ / "log.json"));
}

TEST_F(Repairing, DamagedFrameIsNamedWithItsExchanges) {
  Spoil(Segment(1), kFlipInFrame2);
  const RepairReport report = Repaired();
  ASSERT_THAT(report.left_out, SizeIs(1));
  EXPECT_EQ(report.left_out[0].file, "r/0001/000001.sqlite");
  EXPECT_THAT(report.left_out[0].what, HasSubstr("frame 2: "));
  EXPECT_THAT(report.left_out[0].exchanges, Not(IsEmpty()));
}

TEST_F(Repairing, WhatIsNotDamagedStaysReadableUnderItsId) {
  Spoil(Segment(1), kFlipInFrame2);
  const std::vector<std::string> damaged = Repaired().left_out.at(0).exchanges;
  const auto reader = OpenReader(out_);
  size_t whole = 0;
  for (const ExchangeRow& row : Rows(*reader)) {
    const auto loaded = reader->Load(row);
    ASSERT_TRUE(loaded) << loaded.error().what;
    if (loaded->request && loaded->response) {
      ++whole;
      EXPECT_EQ(loaded->request->body, BodyOf(row.id.number, kBodyBytes));
      EXPECT_EQ(row.flags, 0U);
    }
  }
  EXPECT_GE(whole, kExchanges - damaged.size());
}

TEST_F(Repairing, RepairedLogVerifies) {
  Spoil(Segment(1), kFlipInFrame2);
  Spoil(Segment(2), "UPDATE exchange SET status=500");
  Repaired();
  EXPECT_EQ(DamagesOf(out_), "");
}

TEST_F(Repairing, SpoiledRowsAreMadeAnewFromTheFrames) {
  Spoil(Segment(1),
        "UPDATE exchange SET status=500; DELETE FROM message WHERE id=6; "
        "UPDATE text SET bytes=X'41'");
  const RepairReport report = Repaired();
  EXPECT_THAT(report.left_out, IsEmpty());
  const auto reader = OpenReader(out_);
  EXPECT_THAT(Numbers(*reader), SizeIs(kExchanges));
  EXPECT_EQ(LoadNumber(*reader, 3).row.target, "/index/_doc/3");
  EXPECT_EQ(LoadNumber(*reader, 3).row.status, 201);
}

TEST_F(Repairing, LossRowStandsForWhatWasLeftOut) {
  Spoil(Segment(1), kFlipInFrame2);
  Repaired();
  const LogContent content = ReadLog(out_);
  const auto damage =
      std::ranges::find(content.losses, LossCause::kDamage, &LogContent::Loss::cause);
  ASSERT_NE(damage, content.losses.end());
  for (ExchangeNumber n = 1; n <= kExchanges; ++n) {
    const bool covered = damage->from <= TimeOf(n) + 3000 && damage->until >= TimeOf(n);
    EXPECT_TRUE(content.exchanges.contains(n) || covered) << n;
  }
}

TEST_F(Repairing, MissingSegmentBecomesALossRow) {
  std::filesystem::remove(Segment(1));
  const RepairReport report = Repaired();
  EXPECT_THAT(report.left_out, Contains(Field(&LeftOut::what, HasSubstr("missing"))));
  EXPECT_THAT(ReadLog(out_).LossCauses(), Contains(LossCause::kDamage));
  EXPECT_EQ(DamagesOf(out_), "");
}

TEST_F(Repairing, SegmentThatIsNoDatabaseAnyMoreCostsOnlyItself) {
  std::ofstream(Segment(1), std::ios::binary | std::ios::in) << std::string(40'000, 'x');
  const RepairReport report = Repaired();
  EXPECT_THAT(report.left_out, Contains(Field(&LeftOut::file, "r/0001/000001.sqlite")));
  EXPECT_EQ(DamagesOf(out_), "");
  EXPECT_THAT(Numbers(*OpenReader(out_)), Not(IsEmpty()));
}

TEST_F(Repairing, BodyThatLostAnExtentIsNotCalledComplete) {
  const TemporaryFolder folder;
  auto writer = std::move(LogWriter::Open(Finite(folder / "log"))).value();
  const std::string head = RequestHead(1);
  writer->PutConnection(Connection(1));
  writer->PutExtent(2, 0, AsBytes("one "));
  writer->Drain();
  writer->PutExtent(2, 1, AsBytes("two "));
  writer->Drain();
  MessageRecord message = Message(2, AsBytes(head), AsBytes("rest"));
  message.extents = 2;
  writer->PutMessage(message);
  writer->PutMessage(Message(3, AsBytes("HTTP/1.1 200 OK\r\n\r\n"), AsBytes("ok")));
  writer->PutExchange(Exchange(1));
  ASSERT_TRUE(writer->Close(TimeOf(1)).has_value());
  writer.reset();
  Spoil(folder / "log/r/0001/000001.sqlite", "UPDATE frame SET data=X'00' WHERE id=2");
  const auto repaired = RepairLog(folder / "log", folder / "out");
  ASSERT_TRUE(repaired) << repaired.error().what;
  const auto reader = OpenReader(folder / "out");
  const StoredExchange exchange = LoadNumber(*reader, 1);
  EXPECT_TRUE(HasFlag(exchange.row.flags, Flag::kBodyShed));
  EXPECT_FALSE(exchange.request.has_value());
  EXPECT_TRUE(exchange.response.has_value());
}

TEST_F(Repairing, TornTailOfADeadRecorderIsNoDamage) {
  const TemporaryFolder folder;
  {
    auto killed = std::move(LogWriter::Open(Live(folder / "log"))).value();
    PutExchanges(*killed, 1, 10);
    killed->Drain();
    PutExchanges(*killed, 11, 20);
    killed->Drain();
    std::filesystem::copy(folder / "log", folder / "torn",
                          std::filesystem::copy_options::recursive);
  }
  const std::filesystem::path wal = folder / "torn/r/0001/000001.open-wal";
  std::filesystem::resize_file(wal, std::filesystem::file_size(wal) - 100);
  const RepairReport report = RepairLog(folder / "torn", folder / "out").value();
  EXPECT_THAT(report.left_out, IsEmpty());
  EXPECT_GE(Numbers(*OpenReader(folder / "out")).size(), 10U);
}

TEST_F(Repairing, RebuiltAttemptHasAChainOfManifests) {
  Spoil(Segment(1), kFlipInFrame2);
  Repaired();
  const VerifyReport report = VerifyLog(out_).value();
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_EQ(report.manifests, report.segments);
}

TEST_F(Repairing, SegmentThatItsManifestDoesNotProveIsRebuilt) {
  // Bytes behind the database are in no frame and no row.
  std::filesystem::resize_file(Segment(2), std::filesystem::file_size(Segment(2)) + 4096);
  const RepairReport report = Repaired();
  EXPECT_EQ(report.attempts_rebuilt, 1U);
  EXPECT_EQ(DamagesOf(out_), "");
}

TEST_F(Repairing, ManifestThatIsNoneIsLeftOut) {
  std::ofstream(log_ / "r/0001/000001.manifest.json") << "no JSON";
  EXPECT_THAT(Repaired().left_out, Contains(Field(&LeftOut::file, "r/0001/000001.manifest.json")));
  EXPECT_EQ(DamagesOf(out_), "");
}

TEST_F(Repairing, CutTailBecomesALossRow) {
  std::filesystem::remove(Segment(2));
  ASSERT_FALSE(std::filesystem::exists(Segment(3)));
  Repaired();
  EXPECT_THAT(ReadLog(out_).LossCauses(), Contains(LossCause::kDamage));
  EXPECT_EQ(DamagesOf(out_), "");
}

TEST_F(Repairing, WhatRetentionDeletedStaysDeletedOnPurpose) {
  ASSERT_TRUE(ApplyRetention(log_ / "r", {.bytes_max = 2'600'000}, WallClockNow(), nullptr));
  ASSERT_FALSE(std::filesystem::exists(Segment(1)));
  Spoil(Segment(2), "UPDATE exchange SET status=500");
  EXPECT_THAT(Repaired().left_out, IsEmpty());
  EXPECT_EQ(VerifyLog(out_).value().deleted_segments, 1U);
  EXPECT_EQ(DamagesOf(out_), "");
}

TEST_F(Repairing, RunningRecorderIsNotRepairedUnderItsFeet) {
  const auto lock = RecorderLock::Take(log_, "r").value();
  const auto report = RepairLog(log_, out_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInUse);
}

TEST_F(Repairing, FolderThatHoldsSomethingIsNotRepairedInto) {
  const auto report = RepairLog(log_, log_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kUsage);
  EXPECT_THAT(report.error().what, HasSubstr("there already"));
}

}  // namespace
}  // namespace trafrec::store
