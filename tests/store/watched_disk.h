#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/bytes.h"

namespace trafrec::store {

/// A call to the disk, by SQLite or by the store itself.
struct DiskCall {
  enum class Kind : uint8_t {
    kOpen,
    kRead,
    kWrite,
    kTruncate,
    kSync,
    kAllocate,
    kRemove,
    kRename,
    kLink,
    kMakeDirectory,
    kLook,    ///< size, existence, free space
    kLock,    ///< locks
    kShared,  ///< SQLite's shared memory
  };
  Kind kind{};
  std::filesystem::path path;
  std::filesystem::path to{};  ///< of a rename or link
  int64_t offset = 0;          ///< of a write; the new size of a truncation
  Bytes bytes{};               ///< of a write
  bool creates = false;        ///< of an open
  bool syncs_directory = false;
};

/// What becomes of a call.
enum class DiskAnswer : uint8_t { kDone, kIoError, kNoSpace, kNoMemory, kShortWrite };

/// Asked before each call, from any thread of the writer.
class DiskWatcher {
 public:
  virtual ~DiskWatcher() = default;
  virtual DiskAnswer OnCall(const DiskCall& call) = 0;
};

/// While it lives, every call to the disk is shown to the watcher: a VFS of its own stands between
/// SQLite and the system, and its own file calls between the store and the system. Syncs do not
/// reach the disk: what they would have saved is the watcher's business.
class WatchedDisk {
 public:
  explicit WatchedDisk(DiskWatcher& watcher);
  WatchedDisk(const WatchedDisk&) = delete;
  WatchedDisk& operator=(const WatchedDisk&) = delete;
  ~WatchedDisk();
};

}  // namespace trafrec::store
