#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "store/commit/commit.h"
#include "store/verify/verify_segment.h"
#include "store/writer/retention.h"
#include "tests/store/chain_fixture.h"
#include "tests/support/random.h"

// One bit of a log flips, anywhere. TRAFREC_FLIPS sets how many are tried, one after the other;
// TRAFREC_SEED which.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

uint64_t Flips() { return FromEnvironment("TRAFREC_FLIPS", 1'000); }
test_support::Random Seeded() { return test_support::Random(FromEnvironment("TRAFREC_SEED", 1)); }

/// A random bit of a file.
uint64_t BitOf(const fs::path& file, test_support::Random& random) {
  return random.Below(static_cast<uint32_t>(8 * fs::file_size(file)));
}

/// A bit of a file that is another while this lives.
class FlippedBit {
 public:
  FlippedBit(const fs::path& path, uint64_t bit)
      : fd_(open(path.c_str(), O_RDWR | O_CLOEXEC)), bit_(bit) {
    Flip();
  }
  ~FlippedBit() {
    Flip();
    close(fd_);
  }
  FlippedBit(const FlippedBit&) = delete;
  FlippedBit& operator=(const FlippedBit&) = delete;

 private:
  void Flip() const {
    uint8_t byte = 0;
    const auto at = static_cast<off_t>(bit_ / 8);
    EXPECT_EQ(pread(fd_, &byte, 1, at), 1);
    byte = static_cast<uint8_t>(byte ^ (1U << bit_ % 8));
    EXPECT_EQ(pwrite(fd_, &byte, 1, at), 1);
  }

  int fd_;
  uint64_t bit_;
};

/// All that a log is made of, but for the lock, which only serves people, and log.json.
std::vector<fs::path> FilesOf(const fs::path& log) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(log)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name != "lock" && name != "log.json") {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

/// A committed log with segments, manifests, a head, a tombstone and a summary.
class BitFlips : public testing::Test {
 protected:
  BitFlips() {
    MakeSegments(Finite(log_), 3);
    const uint64_t rest = fs::file_size(SegmentIn(log_, 2)) + fs::file_size(SegmentIn(log_, 3));
    EXPECT_EQ(ApplyRetention(log_ / "r", {.bytes_max = rest}, kBegin, nullptr).value_or(0), 1U);
    CommitOptions options;
    options.log = log_;
    EXPECT_TRUE(CommitLog(options).value().committed);
    EXPECT_EQ(ProblemsOf(log_), "");
  }

  /// Flips bits of these files, each file as often as the others: small ones matter as much.
  void ExpectFound(const std::vector<fs::path>& files, uint64_t flips) {
    ASSERT_FALSE(files.empty());
    test_support::Random random = Seeded();
    for (uint64_t i = 0; i < flips; ++i) {
      const fs::path& file = files[random.Below(static_cast<uint32_t>(files.size()))];
      const uint64_t bit = BitOf(file, random);
      const FlippedBit flipped(file, bit);
      const VerifyReport report = Verified(log_, {.threads = 1});
      ASSERT_FALSE(report.damages.empty()) << file << ", bit " << bit;
    }
  }

  TemporaryFolder folder_;
  const fs::path log_ = folder_ / "log";
};

TEST_F(BitFlips, EachInACommittedLogIsFound) { ExpectFound(FilesOf(log_), Flips()); }

TEST_F(BitFlips, EachInAManifestIsNamedWithThatManifest) {
  const fs::path file = ManifestIn(log_, 2);
  test_support::Random random = Seeded();
  for (uint64_t i = 0; i < Flips() / 10; ++i) {
    const uint64_t bit = BitOf(file, random);
    const FlippedBit flipped(file, bit);
    const VerifyReport report = Verified(log_, {.threads = 1});
    ASSERT_FALSE(report.damages.empty()) << "bit " << bit;
    EXPECT_EQ(report.damages.front().file, "r/0001/000002.manifest.json") << "bit " << bit;
  }
}

/// Every value that frames repeat. The times in the table of frames are protected by manifests
/// alone.
std::string RepeatedContent(const fs::path& segment) {
  auto database = db::Database::Open(segment, db::OpenMode::kReadImmutable);
  std::string content;
  for (const char* table :
       {"(SELECT id, entries, raw_bytes, data FROM frame)", "connection", "exchange", "message",
        "facts", "extent", "gap", "interim", "loss", "text"}) {
    auto rows = database->Prepare(std::string("SELECT * FROM ") + table);
    if (!rows) {
      return rows.error().what;
    }
    for (auto row = rows->Step(); row && *row; row = rows->Step()) {
      for (int column = 0; column < rows->Columns(); ++column) {
        content += rows->IsNull(column) ? "NULL" : std::string(rows->Text(column));
        content += '|';
      }
    }
  }
  return content;
}

TEST_F(BitFlips, WithoutManifestsEachIsFoundOrChangesNothingThatFramesRepeat) {
  RemoveManifests(log_);
  fs::remove(log_ / "_SUMMARY.json");
  fs::remove(AttemptIn(log_) / "000001.tombstone.json");
  const fs::path segment = SegmentIn(log_, 2);
  const std::string content = RepeatedContent(segment);
  const SegmentTask task{{"r", 1}, 2, segment, false};
  ASSERT_TRUE(VerifySegment(task).damages.empty());
  test_support::Random random = Seeded();
  uint64_t found = 0;
  for (uint64_t i = 0; i < Flips(); ++i) {
    const uint64_t bit = BitOf(segment, random);
    const FlippedBit flipped(segment, bit);
    if (!VerifySegment(task).damages.empty()) {
      ++found;
    } else {
      ASSERT_EQ(RepeatedContent(segment), content) << "bit " << bit;
    }
  }
  EXPECT_GT(found, 0U);
}

}  // namespace
}  // namespace trafrec::store
