#include "store/writer/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/manifest/manifest_files.h"
#include "store/reader/deleted_segments.h"
#include "store/writer/segment_keeper.h"
#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Retention : public testing::Test {
 protected:
  Retention() { MakeSegments(Finite(log_), 4); }

  uint64_t BytesOf(uint32_t segment) { return fs::file_size(SegmentIn(log_, segment)); }
  uint32_t Apply(const RetentionPolicy& policy) {
    return ApplyRetention(log_ / "r", policy, kBegin + kNsPerSecond, nullptr).value();
  }
  /// Leaves segments 3 and 4.
  void DeleteTwo() { ASSERT_EQ(Apply({.bytes_max = BytesOf(3) + BytesOf(4)}), 2U); }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
};

TEST_F(Retention, WithinTheBoundNothingIsDeleted) {
  EXPECT_EQ(Apply({.bytes_max = BytesOf(1) + BytesOf(2) + BytesOf(3) + BytesOf(4)}), 0U);
}

TEST_F(Retention, BytesDeleteTheOldestFirst) {
  DeleteTwo();
  EXPECT_FALSE(fs::exists(SegmentIn(log_, 1)));
  EXPECT_FALSE(fs::exists(SegmentIn(log_, 2)));
  EXPECT_TRUE(fs::exists(SegmentIn(log_, 3)));
}

TEST_F(Retention, AgeDeletesWhatEndedBefore) {
  // Exchange n began n ms after kBegin, and retention looks 1 s after it.
  EXPECT_EQ(Apply({.age_max_ms = 996}), 2U);
  EXPECT_TRUE(fs::exists(SegmentIn(log_, 3)));
}

TEST_F(Retention, ManifestAndTombstoneStay) {
  DeleteTwo();
  const Tombstone tombstone = ReadTombstone(AttemptIn(log_), 1).value().tombstone;
  EXPECT_EQ(tombstone.manifest, ReadManifest(AttemptIn(log_), 1).value().document.hash());
  EXPECT_THAT(tombstone.reason, HasSubstr("retain-bytes"));
}

TEST_F(Retention, VerifyTellsDeletedFromMissing) {
  DeleteTwo();
  fs::remove(SegmentIn(log_, 3));
  const VerifyReport report = Verified(log_);
  EXPECT_EQ(report.deleted_segments, 2U);
  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_EQ(report.damages[0].file, "r/0001/000003.sqlite");
}

TEST_F(Retention, DeletionThatACrashInterruptedIsCompleted) {
  const std::string content = ContentOf(SegmentIn(log_, 1));
  DeleteTwo();
  PutContent(SegmentIn(log_, 1), content);
  EXPECT_EQ(ProblemsOf(log_), "");
  EXPECT_EQ(Apply({.bytes_max = uint64_t{1} << 40}), 1U);
  EXPECT_FALSE(fs::exists(SegmentIn(log_, 1)));
}

TEST_F(Retention, SegmentWithoutManifestStays) {
  RemoveManifests(log_);
  EXPECT_EQ(Apply({.bytes_max = 1}), 0U);
}

TEST_F(Retention, OlderAttemptsGoFirst) {
  MakeSegments(Finite(log_), 1);
  EXPECT_EQ(Apply({.bytes_max = fs::file_size(SegmentIn(log_, 1, 2))}), 4U);
  EXPECT_TRUE(fs::exists(SegmentIn(log_, 1, 2)));
}

TEST_F(Retention, SignedTombstoneIsTrusted) {
  const auto key = crypto::SigningKey::Generate();
  const TemporaryFolder folder;
  LogWriterOptions options = Finite(folder / "log");
  options.signing_key =
      std::make_shared<crypto::SigningKey>(crypto::SigningKey::FromSeed(key.seed()));
  MakeSegments(options, 2);
  ASSERT_EQ(ApplyRetention(folder / "log" / "r", {.bytes_max = 1}, kBegin, &key).value(), 2U);
  EXPECT_EQ(ProblemsOf(folder / "log", {.trusted = {key.verify_key()}}), "");
}

TEST_F(Retention, ForgedTombstoneIsNotTrusted) {
  DeleteTwo();
  const auto key = crypto::SigningKey::Generate();
  EXPECT_THAT(ProblemsOf(log_, {.trusted = {key.verify_key()}}),
              HasSubstr("000001.tombstone.json: it is not signed"));
}

TEST_F(Retention, ReaderShowsWhatIsLeft) {
  DeleteTwo();
  EXPECT_THAT(Numbers(*OpenReader(log_)), ElementsAre(3, 4));
}

TEST_F(Retention, DeletedExchangeIsSaidToBeDeleted) {
  DeleteTwo();
  const auto found = OpenReader(log_)->Find("r-0001-12");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().what, HasSubstr("it was deleted with its segment (retain-bytes"));
}

TEST_F(Retention, RunningReaderGoesOnWithWhatIsLeft) {
  const auto reader = OpenReader(log_);
  std::vector<ExchangeNumber> seen;
  const Status visited = reader->Visit({}, [&](const ExchangeRow& row) {
    if (seen.empty()) {
      EXPECT_EQ(Apply({.bytes_max = BytesOf(4)}), 3U);
    }
    seen.push_back(row.id.number);
    return true;
  });
  EXPECT_TRUE(visited) << visited.error().what;
  EXPECT_EQ(seen.front(), 1U);
  EXPECT_EQ(seen.back(), 4U);
}

TEST_F(Retention, FollowerGoesOnWithWhatIsLeft) {
  const auto reader = OpenReader(log_);
  EXPECT_EQ(Numbers(*reader).size(), 4U);
  DeleteTwo();
  MakeSegments(Finite(log_), 1);
  EXPECT_THAT(Followed(*reader), ElementsAre(1));
}

TEST_F(Retention, AttemptSaysWhatWasDeletedOfIt) {
  DeleteTwo();
  const AttemptInfo attempt = OpenReader(log_)->Attempts().value().front();
  EXPECT_EQ(attempt.deleted_segments, 2U);
  EXPECT_EQ(attempt.deleted_exchanges, 2U);
  EXPECT_EQ(attempt.exchanges, 2U);
  EXPECT_EQ(attempt.losses.size(), 2U);  // the start, of a segment that is gone, and the stop
}

TEST_F(Retention, KeeperDeletesWhatBecameTooOldThoughNothingIsSealed) {
  SegmentKeeper keeper(log_ / "r", {.age_max_ms = 1'000}, nullptr);
  keeper.Tidy();
  EXPECT_TRUE(keeper.status());
  EXPECT_TRUE(Numbers(*OpenReader(log_)).empty());
}

TEST_F(Retention, RecorderKeepsToItWhileItSeals) {
  const TemporaryFolder folder;
  LogWriterOptions options = Finite(folder / "log");
  options.retention.bytes_max = 1;
  MakeSegments(options, 3);
  EXPECT_EQ(FindDeleted({folder / "log"}).value().front().segments, 3U);
  EXPECT_EQ(ProblemsOf(folder / "log"), "");
}

}  // namespace
}  // namespace trafrec::store
