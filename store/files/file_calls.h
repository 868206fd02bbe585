#pragma once

#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/types.h>

#include <cstddef>

namespace trafrec::store {

/// The system calls by which the store changes files without SQLite, and asks about disks. All of
/// them go through here, so that tests can fail each one. They answer as the C library does: -1 and
/// errno. Thread-safe.
class FileCalls {
 public:
  virtual ~FileCalls() = default;

  virtual int Open(const char* path, int flags, mode_t mode);
  virtual ssize_t Write(int file, const void* bytes, size_t count);
  virtual int Sync(int file);
  virtual int Truncate(int file, off_t length);
  /// Takes the space on the disk.
  virtual int Allocate(int file, off_t length);
  virtual int Lock(int file, int operation);
  virtual int Rename(const char* from, const char* to);
  virtual int Link(const char* from, const char* to);
  virtual int Unlink(const char* path);
  virtual int MakeDirectory(const char* path, mode_t mode);
  virtual int FileSystem(const char* path, struct statfs* found);
  virtual int Space(const char* path, struct statvfs* found);
};

/// Those of the system, unless a test has put others in their place.
FileCalls& Files();

/// For tests, while nothing else runs. Null: those of the system again.
void UseFileCalls(FileCalls* calls);

}  // namespace trafrec::store
