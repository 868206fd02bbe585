#include <gtest/gtest.h>

#include "store/commit/commit.h"
#include "tests/store/chain_fixture.h"
#include "tests/support/process.h"

// docs/manifest.md is enough to check a log: manifest_check.py was written from it alone.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

class PythonManifests : public testing::Test {
 protected:
  PythonManifests() {
    MakeSegments(Finite(log_), 4);
    const uint64_t rest = fs::file_size(SegmentIn(log_, 3)) + fs::file_size(SegmentIn(log_, 4)) +
                          fs::file_size(SegmentIn(log_, 2));
    EXPECT_TRUE(ApplyRetention(log_ / "r", {.bytes_max = rest}, kBegin, nullptr));
    CommitOptions options;
    options.log = log_;
    options.signing_key = std::make_shared<crypto::SigningKey>(crypto::SigningKey::Generate());
    EXPECT_TRUE(CommitLog(options).value().committed);
  }

  std::string Check() const {
    const auto outcome =
        test_support::RunToEnd({TRAFREC_PYTHON, TRAFREC_MANIFEST_CHECK, log_.string()});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
};

TEST_F(PythonManifests, FindNothingInAWholeLog) { EXPECT_EQ(Check(), "checked 1\n"); }

TEST_F(PythonManifests, FindAnAlteredSegment) {
  std::string content = ContentOf(SegmentIn(log_, 2));
  content.back() = static_cast<char>(content.back() ^ 1);
  PutContent(SegmentIn(log_, 2), content);
  EXPECT_EQ(Check(), "r/0001/000002.sqlite\nchecked 1\n");
}

TEST_F(PythonManifests, FindSwappedManifests) {
  Swap(ManifestIn(log_, 3), ManifestIn(log_, 4));
  EXPECT_NE(Check(), "checked 1\n");
}

}  // namespace
}  // namespace trafrec::store
