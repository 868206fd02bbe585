#include "store/writer/retention.h"

#include <fmt/format.h>

#include <vector>

#include "store/files/files.h"
#include "store/files/log_layout.h"
#include "store/files/small_file.h"
#include "store/manifest/manifest_files.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

/// What a recorder has on disk, oldest first.
struct Holding {
  SegmentFile file;
  uint64_t bytes = 0;
};

uint64_t SizeOf(const fs::path& path) {
  std::error_code failure;
  const uint64_t bytes = fs::file_size(path, failure);
  return failure ? 0 : bytes;
}

Result<std::vector<Holding>> ListHoldings(const fs::path& recorder_directory) {
  std::vector<Holding> holdings;
  TRY_ASSIGN(const std::vector<uint32_t> attempts, ListAttempts(recorder_directory));
  for (const uint32_t attempt : attempts) {
    TRY_ASSIGN(const std::vector<SegmentFile> files,
               ListSegments(recorder_directory / AttemptDirectoryName(attempt)));
    for (const SegmentFile& file : files) {
      holdings.push_back({file, SizeOf(file.path) + SizeOf(file.path.string() + "-wal")});
    }
  }
  return holdings;
}

/// Why the policy lets go of this segment; empty if it does not.
std::string ReasonToDelete(const RetentionPolicy& policy, uint64_t bytes_held,
                           const Manifest& manifest, TimeNs now) {
  if (policy.bytes_max && bytes_held > *policy.bytes_max) {
    return fmt::format("retain-bytes {}", *policy.bytes_max);
  }
  const TimeNs last_at = manifest.last_at.value_or(manifest.started_at);
  if (policy.age_max_ms && (now - last_at) / kNsPerMs > *policy.age_max_ms) {
    return fmt::format("retain-age {}ms", *policy.age_max_ms);
  }
  return {};
}

Status WriteTombstone(const fs::path& directory, const StoredManifest& stored, TimeNs now,
                      std::string reason, const crypto::SigningKey* key) {
  const Manifest& manifest = stored.manifest;
  Document document =
      DocumentOf(Tombstone{manifest.log_id, manifest.recorder, manifest.attempt, manifest.segment,
                           now, std::move(reason), manifest.bytes, stored.document.hash()});
  if (key != nullptr) {
    document.Sign(*key);
  }
  return ReplaceFile(directory / TombstoneName(manifest.segment), document.Text());
}

}  // namespace

Result<uint32_t> ApplyRetention(const fs::path& recorder_directory, const RetentionPolicy& policy,
                                TimeNs now, const crypto::SigningKey* key) {
  TRY_ASSIGN(const std::vector<Holding> holdings, ListHoldings(recorder_directory));
  uint64_t bytes_held = 0;
  for (const Holding& holding : holdings) {
    bytes_held += holding.bytes;
  }
  uint32_t deleted = 0;
  for (const Holding& holding : holdings) {
    const fs::path directory = holding.file.path.parent_path();
    if (!HasTombstone(directory, holding.file.number)) {
      std::error_code ignored;
      if (holding.file.state != SegmentState::kSealed ||
          !fs::exists(directory / ManifestName(holding.file.number), ignored)) {
        return deleted;
      }
      TRY_ASSIGN(const StoredManifest stored, ReadManifest(directory, holding.file.number));
      std::string reason = ReasonToDelete(policy, bytes_held, stored.manifest, now);
      if (reason.empty()) {
        return deleted;
      }
      TRY(WriteTombstone(directory, stored, now, std::move(reason), key));
    }
    TRY(RemoveFile(holding.file.path));
    TRY(SyncDirectory(directory));
    bytes_held -= holding.bytes;
    ++deleted;
  }
  return deleted;
}

}  // namespace trafrec::store
