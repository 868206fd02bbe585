#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/files/small_file.h"
#include "store/manifest/manifest_files.h"
#include "tests/store/chain_fixture.h"

// What verify proves with manifests: what was done to a log, and to which of its files.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class VerifyChain : public testing::Test {
 protected:
  VerifyChain() { MakeSegments(Finite(log_), 4); }

  /// Gives segment `to` the manifest of `from`, as it is but for its number and a right hash.
  void Reissue(uint32_t segment, const std::function<void(Manifest&)>& change) {
    Manifest manifest = ReadManifest(AttemptIn(log_), segment).value().manifest;
    change(manifest);
    ASSERT_TRUE(ReplaceFile(ManifestIn(log_, segment), DocumentOf(manifest).Text()));
  }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
};

TEST_F(VerifyChain, WholeLogIsProvedByItsManifestsAlone) {
  const VerifyReport report = Verified(log_);
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_THAT(report.notes, IsEmpty());
  EXPECT_EQ(report.manifests, 4U);
  EXPECT_EQ(report.blocks, 4U);
  EXPECT_EQ(report.segments, 4U);
  EXPECT_EQ(report.deep_segments, 0U);
}

TEST_F(VerifyChain, LiveAttemptWithoutAnEndIsNoted) {
  const fs::path live = folder_ / "live";
  MakeSegments(Live(live), 4);
  EXPECT_THAT(Verified(live).notes, IsEmpty());
  for (uint32_t segment = 3; fs::remove(SegmentIn(live, segment)); ++segment) {
    fs::remove(ManifestIn(live, segment));
  }
  const StoredManifest last = ReadManifest(AttemptIn(live), 2).value();
  ASSERT_TRUE(WriteHead(AttemptIn(live), {2, last.document.hash()}));
  const VerifyReport report = Verified(live);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0].file, "r/0001");
}

TEST_F(VerifyChain, ManifestsCountWhatTheDeepCheckCounts) {
  const VerifyReport proved = Verified(log_);
  const VerifyReport deep = Verified(log_, {.deep = true});
  EXPECT_EQ(deep.deep_segments, 4U);
  EXPECT_EQ(proved.frames, deep.frames);
  EXPECT_EQ(proved.entries, deep.entries);
  EXPECT_EQ(proved.bytes, deep.bytes);
}

TEST_F(VerifyChain, AlteredByteIsPlacedByItsBlock) {
  std::string content = ContentOf(SegmentIn(log_, 2));
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] + 1);
  PutContent(SegmentIn(log_, 2), content);
  EXPECT_THAT(ProblemsOf(log_),
              AllOf(HasSubstr("r/0001/000002.sqlite: block 0 of its bytes"),
                    Not(HasSubstr("000001.sqlite")), Not(HasSubstr("000003.sqlite"))));
}

TEST_F(VerifyChain, AlteredRowIsNamedWithItsExchange) {
  Spoil(SegmentIn(log_, 2), "UPDATE exchange SET status=500");
  EXPECT_THAT(ProblemsOf(log_),
              AllOf(HasSubstr("r/0001/000002.sqlite: block 0"),
                    HasSubstr("the row of exchange r-0001-12 says status 500, its entry 201")));
}

TEST_F(VerifyChain, MissingSegmentIsNamedWithItsExchanges) {
  fs::remove(SegmentIn(log_, 3));
  EXPECT_THAT(ProblemsOf(log_),
              HasSubstr("r/0001/000003.sqlite: this segment is missing (with 1 exchange, numbered "
                        "from r-0001-13 to r-0001-13)"));
}

TEST_F(VerifyChain, AttemptWithoutAnySegmentIsMissingThemAll) {
  for (uint32_t segment = 1; segment <= 4; ++segment) {
    fs::remove(SegmentIn(log_, segment));
  }
  EXPECT_EQ(Verified(log_).damages.size(), 4U);
}

TEST_F(VerifyChain, SwappedSegmentsAreNamedWithEachOther) {
  Swap(SegmentIn(log_, 2), SegmentIn(log_, 3));
  EXPECT_THAT(ProblemsOf(log_),
              AllOf(HasSubstr("000002.sqlite: its bytes are those of r/0001/000003.sqlite"),
                    HasSubstr("000003.sqlite: its bytes are those of r/0001/000002.sqlite"),
                    HasSubstr("000002.sqlite: it says that it is r/0001/000003")));
}

TEST_F(VerifyChain, SegmentsReorderedWithTheirManifestsAreNamed) {
  Swap(SegmentIn(log_, 2), SegmentIn(log_, 3));
  Swap(ManifestIn(log_, 2), ManifestIn(log_, 3));
  EXPECT_THAT(ProblemsOf(log_),
              AllOf(HasSubstr("000002.manifest.json: it says that it is of r/0001/000003"),
                    HasSubstr("000003.manifest.json: it says that it is of r/0001/000002")));
}

TEST_F(VerifyChain, CutSegmentIsNamedWithItsLengths) {
  const auto size = fs::file_size(SegmentIn(log_, 4));
  fs::resize_file(SegmentIn(log_, 4), size - 16'384);
  EXPECT_THAT(ProblemsOf(log_),
              HasSubstr(fmt::format("000004.sqlite: it has {} bytes, its manifest says {}: it was "
                                    "cut",
                                    size - 16'384, size)));
}

TEST_F(VerifyChain, CutTailIsFoundByTheHead) {
  fs::remove(SegmentIn(log_, 4));
  fs::remove(ManifestIn(log_, 4));
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("000004.manifest.json: this manifest is missing, but "
                                          "head.json names the last of them"));
}

TEST_F(VerifyChain, HeadThatNamesALongerChainIsOneLineOfDamage) {
  ASSERT_TRUE(WriteHead(AttemptIn(log_), {4'000'000'000, {}}));
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("this manifest and those up to 4000000000 are missing"));
}

TEST_F(VerifyChain, MissingManifestIsNamedAndItsSegmentCheckedAllTheSame) {
  fs::remove(ManifestIn(log_, 2));
  const VerifyReport report = Verified(log_);
  ASSERT_EQ(report.damages.size(), 1U);
  EXPECT_EQ(report.damages[0].file, "r/0001/000002.manifest.json");
  EXPECT_THAT(report.damages[0].what, HasSubstr("missing, but there are later ones"));
  EXPECT_EQ(report.deep_segments, 1U);
}

TEST_F(VerifyChain, ReissuedManifestIsNotTheOneThatTheNextFollows) {
  Reissue(2, [](Manifest& manifest) { manifest.counts.exchanges = 7; });
  EXPECT_THAT(ProblemsOf(log_),
              HasSubstr("000002.manifest.json: it is not the one that 000003.manifest.json "
                        "follows"));
}

TEST_F(VerifyChain, ReissuedLastManifestIsNotTheOneThatTheHeadNames) {
  Reissue(4, [](Manifest& manifest) { manifest.counts.exchanges = 7; });
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("000004.manifest.json: it is not the one that head.json "
                                          "names"));
}

TEST_F(VerifyChain, ManifestOfAnotherLogIsNamed) {
  Reissue(4, [](Manifest& manifest) { manifest.log_id = "00"; });
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("000004.manifest.json: it is of another log, 00"));
}

TEST_F(VerifyChain, ManifestThatIsNoJsonIsNamed) {
  PutContent(ManifestIn(log_, 2), "no JSON");
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("000002.manifest.json: it is not JSON"));
}

TEST_F(VerifyChain, EmptyManifestIsNamed) {
  PutContent(ManifestIn(log_, 2), "");
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("000002.manifest.json: it is empty"));
}

TEST_F(VerifyChain, LogWithoutManifestsIsCheckedFrameByFrameAndSaysSo) {
  RemoveManifests(log_);
  const VerifyReport report = Verified(log_);
  EXPECT_THAT(report.damages, IsEmpty());
  EXPECT_EQ(report.deep_segments, 4U);
  ASSERT_EQ(report.notes.size(), 4U);
  EXPECT_THAT(report.notes[0].what, HasSubstr("it has no manifest"));
}

TEST_F(VerifyChain, MissingHeadIsNamed) {
  fs::remove(AttemptIn(log_) / kHeadName);
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("r/0001/head.json: it is missing"));
}

TEST_F(VerifyChain, MissingAttemptIsNamed) {
  MakeSegments(Finite(log_), 1);
  MakeSegments(Finite(log_), 1);
  fs::remove_all(AttemptIn(log_, 2));
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("r/0002: this attempt is missing"));
}

TEST_F(VerifyChain, ManyThreadsFindWhatOneFinds) {
  fs::remove(SegmentIn(log_, 3));
  Spoil(SegmentIn(log_, 2), "UPDATE exchange SET status=500");
  EXPECT_EQ(ProblemsOf(log_, {.threads = 1}), ProblemsOf(log_, {.threads = 7}));
}

class VerifySigned : public testing::Test {
 protected:
  VerifySigned() {
    LogWriterOptions options = Finite(log_);
    options.signing_key = key_;
    MakeSegments(options, 2);
  }

  std::string ProblemsTo(const crypto::SigningKey& key) const {
    return ProblemsOf(log_, {.trusted = {key.verify_key()}});
  }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
  const std::shared_ptr<const crypto::SigningKey> key_ =
      std::make_shared<crypto::SigningKey>(crypto::SigningKey::Generate());
};

TEST_F(VerifySigned, LogSignedByATrustedKeyIsProved) { EXPECT_EQ(ProblemsTo(*key_), ""); }

TEST_F(VerifySigned, AnotherKeyIsNamed) {
  EXPECT_THAT(ProblemsTo(crypto::SigningKey::Generate()),
              HasSubstr(fmt::format("000001.manifest.json: it is signed with the key {}, which is "
                                    "not among those trusted",
                                    key_->id())));
}

TEST_F(VerifySigned, ManifestWithoutSignatureIsNamed) {
  const Manifest manifest = ReadManifest(AttemptIn(log_), 2).value().manifest;
  ASSERT_TRUE(ReplaceFile(ManifestIn(log_, 2), DocumentOf(manifest).Text()));
  EXPECT_THAT(ProblemsTo(*key_), HasSubstr("000002.manifest.json: it is not signed"));
}

TEST_F(VerifySigned, WrongSignatureIsNamedToEverybody) {
  std::string text = ContentOf(ManifestIn(log_, 2));
  char& digit = text[text.rfind("\"}\n}") - 1];
  digit = digit == '0' ? '1' : '0';
  PutContent(ManifestIn(log_, 2), text);
  EXPECT_THAT(ProblemsOf(log_), HasSubstr("000002.manifest.json: its signature is wrong"));
}

TEST_F(VerifySigned, SegmentWithoutManifestIsCoveredByNobody) {
  RemoveManifests(log_);
  EXPECT_THAT(ProblemsTo(*key_),
              HasSubstr("000001.sqlite: it has no manifest, so no signature covers it"));
}

}  // namespace
}  // namespace trafrec::store
