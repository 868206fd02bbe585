#include "tests/store/chain_fixture.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "store/files/log_layout.h"
#include "store/manifest/manifest_files.h"

namespace trafrec::store {

namespace fs = std::filesystem;

void MakeSegments(LogWriterOptions options, uint32_t segments) {
  options.segment_bytes_max = 1;
  auto writer = LogWriter::Open(options);
  ASSERT_TRUE(writer) << writer.error().what;
  for (ExchangeNumber n = 1; n <= segments; ++n) {
    PutExchanges(**writer, n, n);
    // The last frame is cut by Close, which would otherwise need a segment for the stop alone.
    if (n < segments) {
      (*writer)->Drain();
    }
  }
  const auto closed = (*writer)->Close(TimeOf(segments + 1));
  ASSERT_TRUE(closed) << closed.error().what;
}

fs::path AttemptIn(const fs::path& log, uint32_t attempt) {
  return log / "r" / AttemptDirectoryName(attempt);
}

fs::path SegmentIn(const fs::path& log, uint32_t segment, uint32_t attempt) {
  return AttemptIn(log, attempt) / SegmentFileName(segment, SegmentState::kSealed);
}

fs::path ManifestIn(const fs::path& log, uint32_t segment, uint32_t attempt) {
  return AttemptIn(log, attempt) / ManifestName(segment);
}

std::string ContentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

void PutContent(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  ASSERT_TRUE(file.flush()) << path;
}

void Swap(const fs::path& a, const fs::path& b) {
  const fs::path between = a.string() + ".swapped";
  fs::rename(a, between);
  fs::rename(b, a);
  fs::rename(between, b);
}

void RemoveManifests(const fs::path& log) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(log)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".manifest.json") || name == kHeadName) {
      files.push_back(entry.path());
    }
  }
  for (const fs::path& file : files) {
    fs::remove(file);
  }
}

VerifyReport Verified(const fs::path& log, const VerifyOptions& options) {
  auto report = VerifyLog(log, options);
  EXPECT_TRUE(report) << report.error().what;
  return report.value_or(VerifyReport{});
}

std::string ProblemsOf(const fs::path& log, const VerifyOptions& options) {
  std::string text;
  for (const Damage& damage : Verified(log, options).damages) {
    text += damage.file + ": " + damage.what + "\n";
  }
  return text;
}

}  // namespace trafrec::store
