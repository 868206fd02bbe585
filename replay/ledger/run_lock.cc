#include "replay/ledger/run_lock.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <system_error>

#include "replay/ledger/limits.h"
#include "store/files/files.h"

namespace trafrec::ledger {

namespace fs = std::filesystem;

namespace {

fs::path LockPath(const fs::path& run) { return run / "ledger.lock"; }

Error InUse(const fs::path& run, const store::LockHolder& holder) {
  return Error{ErrorCode::kInUse,
               fmt::format("the run {} is in use by process {}", run.string(), holder.pid),
               "stop that process first (trafrec ctl RUN stop), or choose another --run"};
}

}  // namespace

fs::path LedgerPath(const fs::path& run) { return run / "ledger.sqlite"; }

Result<RunLock> RunLock::Take(const fs::path& run) {
  std::error_code failure;
  if (!fs::is_directory(run, failure)) {
    return Fail(ErrorCode::kNotFound, fmt::format("there is no run {}", run.string()),
                "trafrec replay --run makes one");
  }
  const auto refusal = [&](const store::LockHolder& holder) { return InUse(run, holder); };
  TRY_ASSIGN(
      store::ProcessLock lock,
      store::ProcessLock::Take(LockPath(run), "the run must be writable for this user", refusal));
  return RunLock(run, std::move(lock));
}

Status RequireUnused(const fs::path& run) {
  const auto holder = store::HolderOfLockFile(LockPath(run));
  return holder ? Status(std::unexpected(InUse(run, *holder))) : Status();
}

store::db::OpenMode ReadingMode(const fs::path& run) {
  std::error_code failure;
  const bool at_rest = !fs::exists(LedgerPath(run).string() + "-wal", failure);
  return at_rest && access(run.c_str(), W_OK) != 0 ? store::db::OpenMode::kReadImmutable
                                                   : store::db::OpenMode::kReadOnly;
}

bool HasLedger(const fs::path& run) {
  std::error_code failure;
  if (!fs::exists(LedgerPath(run), failure)) {
    return false;
  }
  // A file that died before its first transaction is none. Whatever else is wrong with it is said
  // when it is opened.
  auto database = store::db::Database::Open(LedgerPath(run), ReadingMode(run));
  if (!database) {
    return true;
  }
  database->SetBusyTimeout(limits::kBusyTimeoutMs);  // one that is just made is held for a moment
  const auto version = database->QueryInt("PRAGMA user_version");
  return !version || version->value_or(0) != 0;
}

Status RemoveLedger(const RunLock& lock) {
  const fs::path path = LedgerPath(lock.run());
  // The file goes first: what SQLite keeps beside it means nothing without it.
  for (const char* suffix : {"", "-wal", "-shm"}) {
    TRY(store::RemoveFile(path.string() + suffix));
  }
  return store::SyncDirectory(lock.run());
}

}  // namespace trafrec::ledger
