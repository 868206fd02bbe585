#include "store/manifest/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "store/files/log_layout.h"
#include "store/manifest/block_hash.h"
#include "store/manifest/manifest_files.h"
#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

class ManifestOfASegment : public testing::Test {
 protected:
  ManifestOfASegment() {
    MakeSegments(Finite(log_), 2);
    stored_.emplace(ReadManifest(AttemptIn(log_), 1).value());
  }

  const Manifest& manifest() const { return stored_->manifest; }
  /// The manifest of segment 1 with one member changed, and a right hash.
  Result<Manifest> With(const char* member, const Json& value) const {
    Json json = Json::parse(stored_->document.Text());
    json.erase("body_sha256");
    json.erase("signature");
    json[member] = value;
    return ParseManifest(Document::Make(json.dump(2)));
  }

  TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
  std::optional<StoredManifest> stored_;
};

TEST_F(ManifestOfASegment, SaysWhereItBelongs) {
  EXPECT_EQ(manifest().log_id, ReadLogIdentity(log_).value().log_id);
  EXPECT_EQ(manifest().recorder, "r");
  EXPECT_EQ(manifest().attempt, 1U);
  EXPECT_EQ(manifest().segment, 1U);
}

TEST_F(ManifestOfASegment, CountsWhatTheSegmentHolds) {
  EXPECT_EQ(manifest().counts.exchanges, 1U);
  EXPECT_EQ(manifest().counts.messages, 2U);
  EXPECT_EQ(manifest().counts.connections, 1U);
  EXPECT_EQ(manifest().first_exchange, 1U);
  EXPECT_EQ(manifest().last_exchange, 1U);
  EXPECT_EQ(manifest().marks.exchanges_below, 2U);
}

TEST_F(ManifestOfASegment, SumsUpTheLossesByCause) {
  ASSERT_EQ(manifest().losses.size(), 1U);
  EXPECT_EQ(manifest().losses.front().cause, LossCause::kStart);
  EXPECT_EQ(manifest().losses.front().rows, 1U);
}

TEST_F(ManifestOfASegment, HashesEveryBlock) {
  const auto file = BlockHasher::Open(SegmentIn(log_, 1)).value();
  EXPECT_EQ(manifest().bytes, std::filesystem::file_size(SegmentIn(log_, 1)));
  EXPECT_EQ(manifest().blocks, HashBlocks(file, 1).value());
  EXPECT_EQ(crypto::Sha256::Of(AsBytes(ContentOf(SegmentIn(log_, 1)))), manifest().blocks.front());
}

TEST_F(ManifestOfASegment, NamesTheOneBefore) {
  const Manifest second = ReadManifest(AttemptIn(log_), 2).value().manifest;
  EXPECT_EQ(manifest().previous, std::nullopt);
  EXPECT_EQ(second.previous, stored_->document.hash());
}

TEST_F(ManifestOfASegment, OnlyTheLastSaysThatTheAttemptEnded) {
  EXPECT_FALSE(manifest().ended_at);
  EXPECT_TRUE(ReadManifest(AttemptIn(log_), 2).value().manifest.ended_at);
}

TEST_F(ManifestOfASegment, IsReadAsItWasWritten) {
  EXPECT_EQ(DocumentOf(manifest()).Text(), stored_->document.Text());
}

TEST_F(ManifestOfASegment, UnknownMembersAreIgnored) { EXPECT_TRUE(With("of_a_later_version", 7)); }

TEST_F(ManifestOfASegment, NewerFormatIsRefused) {
  const auto parsed = With("format", 2);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::kUnsupported);
}

TEST_F(ManifestOfASegment, MemberOfAnotherTypeIsNamed) {
  EXPECT_THAT(With("bytes", "many").error().what, HasSubstr("its member bytes is not a number"));
  EXPECT_THAT(With("counts", 3).error().what, HasSubstr("its member counts is not an object"));
  EXPECT_THAT(With("started", "soon").error().what, HasSubstr("its member started is not a time"));
}

TEST_F(ManifestOfASegment, BlocksThatDoNotFitTheSizeAreRefused) {
  EXPECT_THAT(With("blocks", Json::array()).error().what, HasSubstr("its member blocks is not"));
}

TEST(BlockHash, LastBlockIsWhatIsLeft) {
  const TemporaryFolder folder;
  const std::string bytes(kBlockBytes + 1, 'x');
  PutContent(folder / "file", bytes);
  const auto file = BlockHasher::Open(folder / "file").value();
  EXPECT_THAT(HashBlocks(file, 2).value(), ElementsAre(crypto::Sha256::Of(AsBytes(bytes.substr(1))),
                                                       crypto::Sha256::Of(AsBytes("x"))));
}

TEST(BlockHash, EmptyFileHasNoBlocks) {
  const TemporaryFolder folder;
  PutContent(folder / "file", "");
  EXPECT_TRUE(HashBlocks(BlockHasher::Open(folder / "file").value(), 2).value().empty());
}

}  // namespace
}  // namespace trafrec::store
