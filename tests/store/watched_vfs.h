#pragma once

#include "tests/store/watched_disk.h"

namespace trafrec::store {

/// SQLite's side of WatchedDisk. No database may be open at either call.
void InstallWatchedVfs(DiskWatcher& watcher);
void RemoveWatchedVfs();

}  // namespace trafrec::store
