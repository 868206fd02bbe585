#include "store/files/file_calls.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

namespace trafrec::store {
namespace {

std::atomic<FileCalls*> g_replacement = nullptr;

}  // namespace

int FileCalls::Open(const char* path, int flags, mode_t mode) {
  return open(path, flags | O_CLOEXEC, mode);
}

ssize_t FileCalls::Write(int file, const void* bytes, size_t count) {
  return write(file, bytes, count);
}

int FileCalls::Sync(int file) { return fsync(file); }

int FileCalls::Truncate(int file, off_t length) { return ftruncate(file, length); }

int FileCalls::Allocate(int file, off_t length) {
  errno = posix_fallocate(file, 0, length);
  return errno == 0 ? 0 : -1;
}

int FileCalls::Lock(int file, int operation) { return flock(file, operation); }

int FileCalls::Rename(const char* from, const char* to) { return std::rename(from, to); }

int FileCalls::Link(const char* from, const char* to) { return link(from, to); }

int FileCalls::Unlink(const char* path) { return unlink(path); }

int FileCalls::MakeDirectory(const char* path, mode_t mode) { return mkdir(path, mode); }

int FileCalls::FileSystem(const char* path, struct statfs* found) { return statfs(path, found); }

int FileCalls::Space(const char* path, struct statvfs* found) { return statvfs(path, found); }

FileCalls& Files() {
  static FileCalls system;
  FileCalls* const replacement = g_replacement.load(std::memory_order_acquire);
  return replacement != nullptr ? *replacement : system;
}

void UseFileCalls(FileCalls* calls) { g_replacement.store(calls, std::memory_order_release); }

}  // namespace trafrec::store
