#include "store/files/recorder_lock.h"

#include <fmt/format.h>

#include <utility>

#include "store/files/files.h"

namespace trafrec::store {

Result<RecorderLock> RecorderLock::Take(const std::filesystem::path& log,
                                        const std::string& recorder) {
  const std::filesystem::path directory = log / recorder;
  TRY(MakeDirectory(directory));
  const auto refusal = [&](const LockHolder& holder) {
    return Error{ErrorCode::kInUse,
                 fmt::format("recorder '{}' is already recording into {} (process {})", recorder,
                             log.string(), holder.pid),
                 "give this one another name with --recorder, or stop that process"};
  };
  TRY_ASSIGN(
      ProcessLock lock,
      ProcessLock::Take(directory / "lock",
                        "it must be writable: record and commit write into the log", refusal));
  return RecorderLock(std::move(lock));
}

std::optional<LockHolder> HolderOfLock(const std::filesystem::path& recorder_directory) {
  return HolderOfLockFile(recorder_directory / "lock");
}

}  // namespace trafrec::store
