#include "tests/store/watched_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/check.h"

// A VFS that shows each call to the watcher, and then leaves it to SQLite's own.

namespace trafrec::store {
namespace {

using Kind = DiskCall::Kind;

DiskWatcher* g_watcher = nullptr;
sqlite3_vfs* g_system = nullptr;

/// SQLite allocates szOsFile bytes: ours, and behind them those of the system's file.
struct File {
  sqlite3_file base;
  char* path;
  bool fresh_entry;  // the next sync saves the directory, too, as SQLite's own VFS does it
};

File& Ours(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* Below(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
}

int CodeOf(DiskAnswer answer, int io_error) {
  switch (answer) {
    case DiskAnswer::kDone:
      return SQLITE_OK;
    case DiskAnswer::kNoMemory:
      return SQLITE_IOERR_NOMEM;
    case DiskAnswer::kNoSpace:
    case DiskAnswer::kShortWrite:
      return SQLITE_FULL;
    case DiskAnswer::kIoError:
      break;
  }
  return io_error;
}

int Ask(const DiskCall& call, int io_error) { return CodeOf(g_watcher->OnCall(call), io_error); }

int Ask(Kind kind, sqlite3_file* file, int io_error) {
  return Ask({.kind = kind, .path = Ours(file).path}, io_error);
}

int Close(sqlite3_file* file) {
  const int code = Below(file)->pMethods->xClose(Below(file));
  std::free(Ours(file).path);
  return code;
}

int Read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
  const int code = Ask(Kind::kRead, file, SQLITE_IOERR_READ);
  return code != SQLITE_OK ? code : Below(file)->pMethods->xRead(Below(file), into, count, offset);
}

int Write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  const DiskCall call{.kind = Kind::kWrite,
                      .path = Ours(file).path,
                      .offset = offset,
                      .bytes = {static_cast<const uint8_t*>(from), static_cast<size_t>(count)}};
  const DiskAnswer answer = g_watcher->OnCall(call);
  if (answer == DiskAnswer::kShortWrite) {
    Below(file)->pMethods->xWrite(Below(file), from, count / 2, offset);
  }
  const int code = CodeOf(answer, SQLITE_IOERR_WRITE);
  return code != SQLITE_OK ? code : Below(file)->pMethods->xWrite(Below(file), from, count, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  const int code = Ask({.kind = Kind::kTruncate, .path = Ours(file).path, .offset = size},
                       SQLITE_IOERR_TRUNCATE);
  return code != SQLITE_OK ? code : Below(file)->pMethods->xTruncate(Below(file), size);
}

int Sync(sqlite3_file* file, int /*flags*/) {
  const bool directory = Ours(file).fresh_entry;
  Ours(file).fresh_entry = false;
  return Ask({.kind = Kind::kSync, .path = Ours(file).path, .syncs_directory = directory},
             SQLITE_IOERR_FSYNC);
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  const int code = Ask(Kind::kLook, file, SQLITE_IOERR_FSTAT);
  return code != SQLITE_OK ? code : Below(file)->pMethods->xFileSize(Below(file), size);
}

int Lock(sqlite3_file* file, int level) {
  const int code = Ask(Kind::kLock, file, SQLITE_IOERR_LOCK);
  return code != SQLITE_OK ? code : Below(file)->pMethods->xLock(Below(file), level);
}

int Unlock(sqlite3_file* file, int level) {
  return Below(file)->pMethods->xUnlock(Below(file), level);
}

int CheckReservedLock(sqlite3_file* file, int* held) {
  const int code = Ask(Kind::kLock, file, SQLITE_IOERR_CHECKRESERVEDLOCK);
  return code != SQLITE_OK ? code : Below(file)->pMethods->xCheckReservedLock(Below(file), held);
}

int FileControl(sqlite3_file* file, int what, void* value) {
  return Below(file)->pMethods->xFileControl(Below(file), what, value);
}

int SectorSize(sqlite3_file* file) { return Below(file)->pMethods->xSectorSize(Below(file)); }

int DeviceCharacteristics(sqlite3_file* file) {
  return Below(file)->pMethods->xDeviceCharacteristics(Below(file));
}

int ShmMap(sqlite3_file* file, int page, int bytes, int extend, void volatile** into) {
  const int code = Ask(Kind::kShared, file, SQLITE_IOERR_SHMMAP);
  return code != SQLITE_OK
             ? code
             : Below(file)->pMethods->xShmMap(Below(file), page, bytes, extend, into);
}

int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  // Letting go never fails: SQLite does not look.
  const int code =
      (flags & SQLITE_SHM_UNLOCK) != 0 ? SQLITE_OK : Ask(Kind::kShared, file, SQLITE_IOERR_SHMLOCK);
  return code != SQLITE_OK ? code
                           : Below(file)->pMethods->xShmLock(Below(file), offset, count, flags);
}

void ShmBarrier(sqlite3_file* file) { Below(file)->pMethods->xShmBarrier(Below(file)); }

int ShmUnmap(sqlite3_file* file, int remove) {
  return Below(file)->pMethods->xShmUnmap(Below(file), remove);
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = FileSize,
    .xLock = Lock,
    .xUnlock = Unlock,
    .xCheckReservedLock = CheckReservedLock,
    .xFileControl = FileControl,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = DeviceCharacteristics,
    .xShmMap = ShmMap,
    .xShmLock = ShmLock,
    .xShmBarrier = ShmBarrier,
    .xShmUnmap = ShmUnmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int Open(sqlite3_vfs* /*vfs*/, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  CHECK(path != nullptr);  // a temporary file, which the store asks for nowhere
  File& ours = Ours(file);
  ours.base.pMethods = nullptr;
  int there = 0;
  g_system->xAccess(g_system, path, SQLITE_ACCESS_EXISTS, &there);
  const bool creates = (flags & SQLITE_OPEN_CREATE) != 0 && there == 0;
  int code = Ask({.kind = Kind::kOpen, .path = path, .creates = creates}, SQLITE_CANTOPEN);
  if (code == SQLITE_OK) {
    code = g_system->xOpen(g_system, path, Below(file), flags, flags_out);
  }
  if (code == SQLITE_OK) {
    ours.base.pMethods = &kMethods;
    ours.path = strdup(path);
    ours.fresh_entry = creates && (flags & SQLITE_OPEN_MAIN_DB) == 0;
  }
  return code;
}

int Delete(sqlite3_vfs* /*vfs*/, const char* path, int sync_directory) {
  const int code =
      Ask({.kind = Kind::kRemove, .path = path, .syncs_directory = sync_directory != 0},
          SQLITE_IOERR_DELETE);
  return code != SQLITE_OK ? code : g_system->xDelete(g_system, path, 0);
}

int Access(sqlite3_vfs* /*vfs*/, const char* path, int flags, int* answer) {
  const int code = Ask({.kind = Kind::kLook, .path = path}, SQLITE_IOERR_ACCESS);
  return code != SQLITE_OK ? code : g_system->xAccess(g_system, path, flags, answer);
}

sqlite3_vfs MakeVfs() {
  sqlite3_vfs vfs = *g_system;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + g_system->szOsFile;
  vfs.zName = "watched";
  vfs.pNext = nullptr;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  return vfs;
}

}  // namespace

void InstallWatchedVfs(DiskWatcher& watcher) {
  CHECK(g_watcher == nullptr);
  g_system = sqlite3_vfs_find("unix");
  static sqlite3_vfs vfs = MakeVfs();
  g_watcher = &watcher;
  CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

void RemoveWatchedVfs() {
  sqlite3_vfs_unregister(sqlite3_vfs_find("watched"));
  CHECK(sqlite3_vfs_register(g_system, 1) == SQLITE_OK);
  g_watcher = nullptr;
}

}  // namespace trafrec::store
