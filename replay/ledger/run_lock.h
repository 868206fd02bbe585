#pragma once

#include <filesystem>
#include <utility>

#include "base/error.h"
#include "store/db/database.h"
#include "store/files/process_lock.h"

namespace trafrec::ledger {

/// RUN/ledger.sqlite.
std::filesystem::path LedgerPath(const std::filesystem::path& run);

/// The right to change a run: flock on RUN/ledger.lock.
class RunLock {
 public:
  /// kNotFound if there is no such folder; kInUse, with the process, if another has the run.
  static Result<RunLock> Take(const std::filesystem::path& run);

  const std::filesystem::path& run() const { return run_; }

 private:
  RunLock(std::filesystem::path run, store::ProcessLock lock)
      : run_(std::move(run)), lock_(std::move(lock)) {}

  std::filesystem::path run_;
  store::ProcessLock lock_;
};

/// kInUse, with the process, if one has the run now. Takes nothing.
Status RequireUnused(const std::filesystem::path& run);

/// How its ledger is opened to be read. SQLite makes files beside one that is written by several;
/// who may not write in the folder reads one that nobody has open as it is.
store::db::OpenMode ReadingMode(const std::filesystem::path& run);

/// There is a run that was begun, so it can be resumed.
bool HasLedger(const std::filesystem::path& run);

/// Takes the ledger out of a run, so that another can begin there.
Status RemoveLedger(const RunLock& lock);

}  // namespace trafrec::ledger
