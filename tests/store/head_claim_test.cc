#include "store/verify/head_claim.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/files/small_file.h"
#include "tests/store/chain_fixture.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

HeadClaim ClaimOf(uint32_t segment) {
  HeadClaim claim{"00ff", {"web-1.a", 3}, {segment, {}}};
  claim.head.hash.fill(0xa5);
  return claim;
}

TEST(HeadClaims, AreFoundBetweenTheDelimitersOfATarget) {
  const std::string target = fmt::format("/_cluster/state?filter_path=a.b,{},{}&x=1",
                                         FormatHeadClaim(ClaimOf(1)), FormatHeadClaim(ClaimOf(17)));
  EXPECT_THAT(FindHeadClaims(target), ElementsAre(ClaimOf(1), ClaimOf(17)));
}

TEST(HeadClaims, WhatIsNotWholeIsNone) {
  const std::string whole = FormatHeadClaim(ClaimOf(1));
  EXPECT_THAT(FindHeadClaims(whole.substr(0, whole.size() - 1)), IsEmpty());
  EXPECT_THAT(FindHeadClaims(whole + "/more"), IsEmpty());
  EXPECT_THAT(FindHeadClaims("trafrec_head/00/web/one/two/three"), IsEmpty());
}

/// A log of four segments, and one of another recorder that saw a sentinel about it.
class SentHeads : public testing::Test {
 protected:
  SentHeads() {
    MakeSegments(Finite(log_), 4);
    LogWriterOptions options = Finite(other_);
    options.recorder = "witness";
    auto writer = LogWriter::Open(options).value();
    writer->PutConnection(Connection(1));
    ExchangeRecord exchange = Exchange(1);
    const std::string target =
        "/_cluster/state?filter_path=x," + FormatHeadClaim(HeadClaimsOf(log_).value().front());
    exchange.target = target;
    writer->PutExchange(exchange);
    writer->PutSentinel({.exchange = 1, .verdict = SentinelVerdict::kCounted, .at = TimeOf(1)});
    CHECK(writer->Close(TimeOf(2)).has_value());
  }

  /// As somebody would who leaves no trace in the log itself.
  void CutTail() const {
    for (const uint32_t segment : {3U, 4U}) {
      fs::remove(SegmentIn(log_, segment));
      fs::remove(ManifestIn(log_, segment));
    }
    const Manifest last = ReadManifest(AttemptIn(log_), 2).value().manifest;
    Manifest ended = last;
    ended.ended_at = TimeOf(5);  // a job that did not end would be no part of the log
    ASSERT_TRUE(ReplaceManifest(ended));
  }
  Status ReplaceManifest(const Manifest& manifest) const {
    const Document document = DocumentOf(manifest);
    TRY(ReplaceFile(ManifestIn(log_, manifest.segment), document.Text()));
    return WriteHead(AttemptIn(log_), {manifest.segment, document.hash()});
  }

  const TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
  const fs::path other_ = folder_ / "other";
};

TEST_F(SentHeads, AChainThatHasGrownSinceBearsThemOut) {
  EXPECT_THAT(VerifyFolders({log_, other_}).value().damages, IsEmpty());
}

TEST_F(SentHeads, ACutTailContradictsThem) {
  CutTail();
  EXPECT_THAT(VerifyLog(log_).value().damages, IsEmpty());
  const std::vector<Damage> damages = VerifyFolders({log_, other_}).value().damages;
  ASSERT_EQ(damages.size(), 1U);
  EXPECT_THAT(damages[0].file, HasSubstr("r/0001/000004.manifest.json"));
  EXPECT_THAT(damages[0].what, HasSubstr("sentinel witness-0001-11"));
}

TEST_F(SentHeads, AnotherManifestContradictsThem) {
  Manifest last = ReadManifest(AttemptIn(log_), 4).value().manifest;
  last.version = "another";
  ASSERT_TRUE(ReplaceManifest(last));
  EXPECT_THAT(VerifyLog(log_).value().damages, IsEmpty());
  const std::vector<Damage> damages = VerifyFolders({log_, other_}).value().damages;
  ASSERT_EQ(damages.size(), 1U);
  EXPECT_THAT(damages[0].what, HasSubstr("this is another one"));
}

}  // namespace
}  // namespace trafrec::store
