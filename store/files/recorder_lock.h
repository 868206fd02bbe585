#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"

namespace trafrec::store {

/// Who wrote a recorder's lock file.
struct LockHolder {
  std::string boot_id;
  int64_t pid = 0;
  uint64_t start_time = 0;  ///< field 22 of /proc/<pid>/stat, in clock ticks since boot
};

/// The right to be the recorder of that name in that log: flock on LOG/<recorder>/lock, given back
/// by the kernel whatever happens to the process. The file's content only serves people.
class RecorderLock {
 public:
  /// Makes the recorder's folder if needed. Fails with kInUse and the holder's pid.
  static Result<RecorderLock> Take(const std::filesystem::path& log, const std::string& recorder);
  ~RecorderLock();
  RecorderLock(RecorderLock&& other) noexcept;
  RecorderLock& operator=(RecorderLock&& other) noexcept;

 private:
  explicit RecorderLock(int fd) : fd_(fd) {}

  int fd_ = -1;
};

/// Who holds the lock now; nothing if nobody does. Looks for a moment at a shared lock, which a
/// recorder that starts just then waits for.
std::optional<LockHolder> HolderOfLock(const std::filesystem::path& recorder_directory);

}  // namespace trafrec::store
