#include "store/reader/deleted_segments.h"

#include <algorithm>
#include <map>

#include "store/manifest/manifest_files.h"
#include "store/reader/log_reader_catalogue.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

void Add(DeletedSegments& sum, const Manifest& manifest) {
  sum.counts += manifest.counts;
  if (manifest.first_exchange != 0) {
    sum.first_exchange = sum.first_exchange == 0
                             ? manifest.first_exchange
                             : std::min(sum.first_exchange, manifest.first_exchange);
    sum.last_exchange = std::max(sum.last_exchange, manifest.last_exchange);
  }
  if (manifest.first_at) {
    sum.first_at = std::min(sum.first_at.value_or(*manifest.first_at), *manifest.first_at);
    sum.last_at = std::max(sum.last_at.value_or(*manifest.last_at), *manifest.last_at);
  }
  for (const LossTotal& loss : manifest.losses) {
    AddLoss(sum.losses, loss);
  }
}

}  // namespace

Result<DeletedSegments> FindDeleted(const SegmentFiles& files, const AttemptKey& attempt,
                                    uint32_t from, uint32_t before) {
  TRY_ASSIGN(const std::vector<SegmentFile> there, files.Segments(attempt));
  std::map<uint32_t, fs::path> deleted;  // by their number, and where that is said
  for (const fs::path& folder : files.folders()) {
    const fs::path directory = folder / attempt.recorder / AttemptDirectoryName(attempt.attempt);
    std::error_code ignored;
    if (!fs::exists(directory, ignored)) {
      continue;
    }
    TRY_ASSIGN(const std::vector<uint32_t> numbers, ListTombstones(directory));
    for (const uint32_t segment : numbers) {
      if (segment >= from && segment < before) {
        deleted.emplace(segment, directory);
      }
    }
  }
  for (const SegmentFile& segment : there) {
    deleted.erase(segment.number);
  }
  DeletedSegments sum;
  sum.attempt = attempt;
  sum.segments = deleted.size();
  for (const auto& [segment, directory] : deleted) {
    if (const auto tombstone = ReadTombstone(directory, segment)) {
      sum.bytes += tombstone->tombstone.bytes;
      sum.reason = tombstone->tombstone.reason;
    }
    if (const auto stored = ReadManifest(directory, segment)) {
      Add(sum, stored->manifest);
    }
  }
  return sum;
}

Result<std::vector<DeletedSegments>> FindDeleted(const std::vector<fs::path>& folders) {
  std::vector<DeletedSegments> all;
  SegmentFiles files(folders);
  TRY_ASSIGN(const std::vector<AttemptKey> attempts, LogCatalogue(files).AllAttempts());
  for (const AttemptKey& attempt : attempts) {
    TRY_ASSIGN(DeletedSegments deleted, FindDeleted(files, attempt));
    if (deleted.segments > 0) {
      all.push_back(std::move(deleted));
    }
  }
  return all;
}

}  // namespace trafrec::store
