#include "store/reserve_file.h"

#include <fcntl.h>
#include <unistd.h>

namespace trafrec::store {

bool ReserveFile::Hold(int64_t bytes) {
  const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    return false;
  }
  const bool held = posix_fallocate(fd, 0, bytes) == 0;
  close(fd);
  if (!held) {
    Release();
  }
  return held;
}

void ReserveFile::Release() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace trafrec::store
