#include "store/files/reserve_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "store/files/file_calls.h"
#include "store/files/files.h"

namespace trafrec::store {

Status ReserveFile::Hold(int64_t bytes) {
  const std::string what =
      fmt::format("cannot hold {} KiB in reserve in {}", bytes >> 10, path_.parent_path().string());
  const char* const remedy = "free some space, or choose a folder on another disk";
  const int file = Files().Open(path_.c_str(), O_WRONLY | O_CREAT, 0644);
  if (file < 0) {
    return FailErrno(errno, what, remedy);
  }
  const bool held = Files().Allocate(file, bytes) == 0;
  const int failure = errno;
  close(file);
  if (!held) {
    Release();
    return FailErrno(failure, what, remedy);
  }
  held_bytes_ = static_cast<uint64_t>(bytes);
  return {};
}

void ReserveFile::Release() {
  static_cast<void>(RemoveFile(path_));
  held_bytes_ = 0;
}

}  // namespace trafrec::store
