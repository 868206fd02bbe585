#include "tests/store/watched_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "store/files/file_calls.h"
#include "tests/store/watched_vfs.h"

namespace trafrec::store {
namespace {

using Kind = DiskCall::Kind;

class WatchedFileCalls final : public FileCalls {
 public:
  explicit WatchedFileCalls(DiskWatcher& watcher) : watcher_(watcher) {}

  int Open(const char* path, int flags, mode_t mode) override {
    const bool creates = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
    if (Fails({.kind = Kind::kOpen, .path = path, .creates = creates})) {
      return -1;
    }
    const int file = FileCalls::Open(path, flags, mode);
    if (file >= 0 && (flags & O_TRUNC) != 0 && !creates) {
      watcher_.OnCall({.kind = Kind::kTruncate, .path = path});
    }
    return file;
  }

  ssize_t Write(int file, const void* bytes, size_t count) override {
    const DiskCall call{.kind = Kind::kWrite,
                        .path = PathOf(file),
                        .offset = lseek(file, 0, SEEK_CUR),
                        .bytes = {static_cast<const uint8_t*>(bytes), count}};
    const DiskAnswer answer = watcher_.OnCall(call);
    if (answer == DiskAnswer::kShortWrite) {
      return FileCalls::Write(file, bytes, count / 2);
    }
    return Refuses(answer) ? -1 : FileCalls::Write(file, bytes, count);
  }

  int Sync(int file) override {
    return Fails({.kind = Kind::kSync, .path = PathOf(file)}) ? -1 : 0;
  }

  int Truncate(int file, off_t length) override {
    return Fails({.kind = Kind::kTruncate, .path = PathOf(file), .offset = length})
               ? -1
               : FileCalls::Truncate(file, length);
  }

  int Allocate(int file, off_t length) override {
    return Fails({.kind = Kind::kAllocate, .path = PathOf(file)})
               ? -1
               : FileCalls::Allocate(file, length);
  }

  int Lock(int file, int operation) override {
    return Fails({.kind = Kind::kLock, .path = PathOf(file)}) ? -1
                                                              : FileCalls::Lock(file, operation);
  }

  int Rename(const char* from, const char* to) override {
    return Fails({.kind = Kind::kRename, .path = from, .to = to}) ? -1
                                                                  : FileCalls::Rename(from, to);
  }

  int Link(const char* from, const char* to) override {
    return Fails({.kind = Kind::kLink, .path = from, .to = to}) ? -1 : FileCalls::Link(from, to);
  }

  int Unlink(const char* path) override {
    return Fails({.kind = Kind::kRemove, .path = path}) ? -1 : FileCalls::Unlink(path);
  }

  int MakeDirectory(const char* path, mode_t mode) override {
    return Fails({.kind = Kind::kMakeDirectory, .path = path})
               ? -1
               : FileCalls::MakeDirectory(path, mode);
  }

  int FileSystem(const char* path, struct statfs* found) override {
    return Fails({.kind = Kind::kLook, .path = path}) ? -1 : FileCalls::FileSystem(path, found);
  }

  int Space(const char* path, struct statvfs* found) override {
    return Fails({.kind = Kind::kLook, .path = path}) ? -1 : FileCalls::Space(path, found);
  }

 private:
  static std::filesystem::path PathOf(int file) {
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file));
  }

  static bool Refuses(DiskAnswer answer) {
    errno = answer == DiskAnswer::kNoMemory  ? ENOMEM
            : answer == DiskAnswer::kIoError ? EIO
                                             : ENOSPC;
    return answer != DiskAnswer::kDone;
  }

  bool Fails(const DiskCall& call) { return Refuses(watcher_.OnCall(call)); }

  DiskWatcher& watcher_;
};

std::unique_ptr<WatchedFileCalls> g_calls;

}  // namespace

WatchedDisk::WatchedDisk(DiskWatcher& watcher) {
  InstallWatchedVfs(watcher);
  g_calls = std::make_unique<WatchedFileCalls>(watcher);
  UseFileCalls(g_calls.get());
}

WatchedDisk::~WatchedDisk() {
  UseFileCalls(nullptr);
  g_calls.reset();
  RemoveWatchedVfs();
}

}  // namespace trafrec::store
