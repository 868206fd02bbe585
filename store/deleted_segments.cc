#include "store/deleted_segments.h"

#include <algorithm>

#include "store/manifest_files.h"

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

Result<DeletedSegments> FindDeleted(const fs::path& log, const AttemptKey& attempt) {
  const fs::path directory = log / attempt.recorder / AttemptDirectoryName(attempt.attempt);
  DeletedSegments sum;
  sum.attempt = attempt;
  TRY_ASSIGN(const std::vector<uint32_t> numbers, ListTombstones(directory));
  for (const uint32_t segment : numbers) {
    std::error_code ignored;
    if (fs::exists(directory / SegmentFileName(segment, SegmentState::kSealed), ignored)) {
      continue;  // not yet
    }
    ++sum.segments;
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

Result<std::vector<DeletedSegments>> FindDeleted(const fs::path& log) {
  std::vector<DeletedSegments> all;
  TRY_ASSIGN(const std::vector<std::string> recorders, ListRecorders(log));
  for (const std::string& recorder : recorders) {
    TRY_ASSIGN(const std::vector<uint32_t> attempts, ListAttempts(log / recorder));
    for (const uint32_t attempt : attempts) {
      TRY_ASSIGN(DeletedSegments deleted, FindDeleted(log, AttemptKey{recorder, attempt}));
      if (deleted.segments > 0) {
        all.push_back(std::move(deleted));
      }
    }
  }
  return all;
}

}  // namespace trafrec::store
