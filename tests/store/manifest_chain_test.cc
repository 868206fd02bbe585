#include "store/manifest/manifest_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/files/log_layout.h"
#include "store/manifest/manifest_files.h"
#include "tests/store/chain_fixture.h"

// What a crash can leave between a sealed segment, its manifest and head.json.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

class ManifestChain : public testing::Test {
 protected:
  ManifestChain() {
    MakeSegments(Finite(log_), 3);
    head_ = ContentOf(AttemptIn(log_) / kHeadName);
  }

  /// All three are there, head.json names the last, and verify is content.
  void ExpectComplete() {
    EXPECT_EQ(ContentOf(AttemptIn(log_) / kHeadName), head_);
    EXPECT_EQ(ListManifests(AttemptIn(log_)).value(), (std::vector<uint32_t>{1, 2, 3}));
    EXPECT_EQ(ProblemsOf(log_), "");
  }
  void StartAgain() { MakeSegments(Finite(log_), 1); }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
  std::string head_;
};

TEST_F(ManifestChain, SealingMakesManifestsAndHead) {
  EXPECT_EQ(ReadHead(AttemptIn(log_)).value(),
            (Head{3, ReadManifest(AttemptIn(log_), 3).value().document.hash()}));
  ExpectComplete();
}

TEST_F(ManifestChain, ExtendingACompleteChainChangesNothing) {
  EXPECT_EQ(ExtendChain(AttemptIn(log_), nullptr, 1).value(), 0U);
  ExpectComplete();
}

TEST_F(ManifestChain, NextStartMakesManifestsThatACrashPrevented) {
  fs::remove(ManifestIn(log_, 2));
  fs::remove(ManifestIn(log_, 3));
  ASSERT_TRUE(
      WriteHead(AttemptIn(log_), {1, ReadManifest(AttemptIn(log_), 1).value().document.hash()}));
  StartAgain();
  ExpectComplete();
}

TEST_F(ManifestChain, HeadIsWrittenBeforeASecondManifest) {
  for (const uint32_t segment : {2U, 3U}) {
    fs::remove(SegmentIn(log_, segment));
    fs::remove(ManifestIn(log_, segment));
  }
  fs::remove(AttemptIn(log_) / kHeadName);
  ASSERT_EQ(ExtendChain(AttemptIn(log_), nullptr, 1).value(), 0U);
  EXPECT_EQ(ReadHead(AttemptIn(log_)).value().segment, 1U);
}

TEST_F(ManifestChain, NextStartMakesTheFirstManifestToo) {
  RemoveManifests(log_);
  StartAgain();
  ExpectComplete();
}

TEST_F(ManifestChain, HeadThatIsOneBehindIsNoDamage) {
  ASSERT_TRUE(
      WriteHead(AttemptIn(log_), {2, ReadManifest(AttemptIn(log_), 2).value().document.hash()}));
  EXPECT_EQ(ProblemsOf(log_), "");
}

TEST_F(ManifestChain, HeadThatIsBehindIsBroughtForward) {
  ASSERT_TRUE(
      WriteHead(AttemptIn(log_), {2, ReadManifest(AttemptIn(log_), 2).value().document.hash()}));
  ASSERT_TRUE(ExtendChain(AttemptIn(log_), nullptr, 1));
  ExpectComplete();
}

TEST_F(ManifestChain, HeadOfZeroBytesIsWrittenAnew) {
  PutContent(AttemptIn(log_) / kHeadName, "");
  fs::remove(ManifestIn(log_, 3));
  StartAgain();
  ExpectComplete();
}

TEST_F(ManifestChain, HalfWrittenManifestUnderItsTemporaryNameIsNoManifest) {
  PutContent(AttemptIn(log_) / ".000004.manifest.json.1.tmp", "{\n  \"format");
  EXPECT_EQ(ListManifests(AttemptIn(log_)).value(), (std::vector<uint32_t>{1, 2, 3}));
  EXPECT_EQ(ProblemsOf(log_), "");
}

TEST_F(ManifestChain, WaitsForASegmentThatIsNotSealed) {
  RemoveManifests(log_);
  fs::rename(SegmentIn(log_, 2), AttemptIn(log_) / SegmentFileName(2, SegmentState::kSealing));
  EXPECT_EQ(ExtendChain(AttemptIn(log_), nullptr, 1).value(), 1U);
  fs::rename(AttemptIn(log_) / SegmentFileName(2, SegmentState::kSealing), SegmentIn(log_, 2));
  EXPECT_EQ(ExtendChain(AttemptIn(log_), nullptr, 1).value(), 2U);
  ExpectComplete();
}

TEST_F(ManifestChain, SegmentThatIsStillInWalModeIsSealedAgainFirst) {
  for (const uint32_t segment : {1U, 3U}) {
    RemoveManifests(log_);
    std::string content = ContentOf(SegmentIn(log_, segment));
    content[18] = content[19] = 2;
    PutContent(SegmentIn(log_, segment), content);
    EXPECT_FALSE(ExtendChain(AttemptIn(log_), nullptr, 1));
    RemoveManifests(log_);
    ASSERT_TRUE(LogWriter::Open(Finite(log_)).value()->Close(TimeOf(9)));
    EXPECT_EQ(ProblemsOf(log_), "");
    EXPECT_EQ(ListManifests(AttemptIn(log_)).value(), (std::vector<uint32_t>{1, 2, 3}));
    std::filesystem::remove_all(AttemptIn(log_, 2));
  }
}

TEST_F(ManifestChain, OlderAttemptsWithoutAnyAreLeftToCommit) {
  MakeSegments(Finite(log_), 2);
  for (const uint32_t segment : {1U, 2U, 3U}) {
    fs::remove(ManifestIn(log_, segment));
  }
  fs::remove(AttemptIn(log_) / kHeadName);
  StartAgain();
  EXPECT_TRUE(ListManifests(AttemptIn(log_)).value().empty());
}

TEST_F(ManifestChain, SegmentInTheWrongPlaceGetsNoManifest) {
  RemoveManifests(log_);
  Swap(SegmentIn(log_, 1), SegmentIn(log_, 2));
  const auto extended = ExtendChain(AttemptIn(log_), nullptr, 1);
  ASSERT_FALSE(extended);
  EXPECT_THAT(extended.error().what, testing::HasSubstr("says that it is r/0001/000002"));
}

}  // namespace
}  // namespace trafrec::store
