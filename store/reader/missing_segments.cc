#include "store/reader/missing_segments.h"

#include <algorithm>
#include <map>
#include <system_error>

#include "store/manifest/manifest_files.h"
#include "store/reader/log_reader_catalogue.h"

namespace trafrec::store {

namespace fs = std::filesystem;

Result<MissingSegments> FindMissing(const SegmentFiles& files, const AttemptKey& attempt) {
  std::map<uint32_t, fs::path> missing;  // by their number, and where their manifest is
  // Before the files: a segment that is sealed meanwhile is then there.
  for (const fs::path& folder : files.folders()) {
    const fs::path directory = folder / attempt.recorder / AttemptDirectoryName(attempt.attempt);
    std::error_code ignored;
    if (!fs::exists(directory, ignored)) {
      continue;
    }
    TRY_ASSIGN(const std::vector<uint32_t> numbers, ListManifests(directory));
    for (const uint32_t segment : numbers) {
      missing.emplace(segment, directory);
    }
  }
  TRY_ASSIGN(const std::vector<SegmentFile> there, files.Segments(attempt));
  for (const SegmentFile& segment : there) {
    missing.erase(segment.number);
  }
  std::erase_if(missing, [&](const auto& segment) {
    return std::ranges::any_of(files.folders(), [&](const fs::path& folder) {
      return HasTombstone(folder / attempt.recorder / AttemptDirectoryName(attempt.attempt),
                          segment.first);
    });
  });
  MissingSegments sum{.segments = missing.size(), .exchanges = 0};
  for (const auto& [segment, directory] : missing) {
    if (const auto stored = ReadManifest(directory, segment)) {
      sum.exchanges += stored->manifest.counts.exchanges;
    }
  }
  return sum;
}

Result<MissingSegments> FindMissing(const std::vector<fs::path>& folders) {
  MissingSegments all;
  SegmentFiles files(folders);
  TRY_ASSIGN(const std::vector<AttemptKey> attempts, LogCatalogue(files).AllAttempts());
  for (const AttemptKey& attempt : attempts) {
    TRY_ASSIGN(const MissingSegments missing, FindMissing(files, attempt));
    all.segments += missing.segments;
    all.exchanges += missing.exchanges;
  }
  return all;
}

}  // namespace trafrec::store
