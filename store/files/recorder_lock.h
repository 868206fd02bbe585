#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "store/files/process_lock.h"

namespace trafrec::store {

/// The right to be the recorder of that name in that log: LOG/<recorder>/lock.
class RecorderLock {
 public:
  /// Makes the recorder's folder if needed. Fails with kInUse and the holder's pid.
  static Result<RecorderLock> Take(const std::filesystem::path& log, const std::string& recorder);

 private:
  explicit RecorderLock(ProcessLock lock) : lock_(std::move(lock)) {}

  ProcessLock lock_;
};

/// Who is that recorder now; nothing if nobody is.
std::optional<LockHolder> HolderOfLock(const std::filesystem::path& recorder_directory);

}  // namespace trafrec::store
