#include "store/commit/discard.h"

#include <cerrno>
#include <nlohmann/json.hpp>
#include <vector>

#include "store/files/file_calls.h"
#include "store/files/files.h"
#include "store/files/small_file.h"
#include "store/manifest/manifest.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> FilesToTake(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code failure;
  fs::directory_iterator entries(directory, failure);
  for (; !failure && entries != fs::directory_iterator(); entries.increment(failure)) {
    if (entries->path().filename() != kDiscardedName) {
      files.push_back(entries->path());
    }
  }
  if (failure) {
    return FailErrno(failure.value(), "cannot list " + directory.string());
  }
  return files;
}

Status WriteMarker(const fs::path& directory, const std::string& why, Cleanup cleanup) {
  const nlohmann::ordered_json json = {
      {"format", kManifestFormat},
      {"why", why},
      {"files", cleanup == Cleanup::kTrash ? "moved to the log's _trash" : "deleted"},
      {"at", FormatTime(WallClockNow())}};
  return ReplaceFile(directory / kDiscardedName, json.dump(2) + "\n");
}

}  // namespace

Discarded& Discarded::operator+=(const Discarded& other) {
  files += other.files;
  bytes += other.bytes;
  return *this;
}

Result<Discarded> DiscardAttempt(const fs::path& log, const AttemptKey& attempt,
                                 const std::string& why, Cleanup cleanup) {
  const fs::path directory = log / attempt.recorder / AttemptDirectoryName(attempt.attempt);
  TRY_ASSIGN(std::vector<fs::path> files, FilesToTake(directory));
  Discarded discarded;
  if (cleanup == Cleanup::kKeep || files.empty()) {
    return discarded;
  }
  TRY(WriteMarker(directory, why, cleanup));
  // Again: the marker may have used up what a commit that died here left of its own.
  TRY_ASSIGN(files, FilesToTake(directory));
  const fs::path trash =
      log / kTrashName / attempt.recorder / AttemptDirectoryName(attempt.attempt);
  if (cleanup == Cleanup::kTrash) {
    TRY(MakeDirectories(trash));
  }
  for (const fs::path& file : files) {
    std::error_code ignored;
    const uint64_t bytes = fs::file_size(file, ignored);
    if (cleanup == Cleanup::kDelete) {
      TRY(RemoveFile(file));
    } else if (Files().Rename(file.c_str(), (trash / file.filename()).c_str()) != 0) {
      return FailErrno(errno, "cannot move " + file.string() + " to " + trash.string());
    }
    discarded += {1, ignored ? 0 : bytes};
  }
  if (cleanup == Cleanup::kTrash) {
    TRY(SyncDirectory(trash));
  }
  TRY(SyncDirectory(directory));
  return discarded;
}

}  // namespace trafrec::store
