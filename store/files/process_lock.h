#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace trafrec::store {

/// Who wrote a lock file.
struct LockHolder {
  std::string boot_id;
  int64_t pid = 0;
  uint64_t start_time = 0;  ///< field 22 of /proc/<pid>/stat, in clock ticks since boot
};

/// flock on a file, given back by the kernel whatever happens to the process. The file's content
/// only serves people.
class ProcessLock {
 public:
  /// The Error for the person whose process comes second.
  using Refusal = std::function<Error(const LockHolder& holder)>;

  /// `remedy`: what to do if the file cannot be opened.
  static Result<ProcessLock> Take(const std::filesystem::path& path, const std::string& remedy,
                                  const Refusal& refusal);

 private:
  explicit ProcessLock(int fd) : file_(fd) {}

  FileDescriptor file_;
};

/// Who holds the lock now; nothing if nobody does. Looks for a moment at a shared lock, which a
/// process that takes it just then waits for.
std::optional<LockHolder> HolderOfLockFile(const std::filesystem::path& path);

}  // namespace trafrec::store
