#include "replay/ledger/sqlite_ledger.h"

#include <fmt/format.h>

#include <utility>

#include "replay/ledger/ledger_file.h"
#include "replay/ledger/ledger_tables.h"
#include "replay/ledger/limits.h"
#include "store/files/log_layout.h"

namespace trafrec::ledger {
namespace {

using store::db::Database;
using store::db::OpenMode;
using store::db::Statement;

/// Owns the lock and the connection that writes.
class SqliteLedger : public Ledger {
 public:
  static Result<std::unique_ptr<Ledger>> Open(RunLock lock, Database database,
                                              Durability durability) {
    auto ledger =
        std::unique_ptr<SqliteLedger>(new SqliteLedger(std::move(lock), std::move(database)));
    TRY(ledger->Prepare(durability));
    return ledger;
  }

  Status Commit(const Batch& batch) override {
    TRY(database_.Execute("BEGIN IMMEDIATE"));
    Status put = RequireEpoch();
    if (put) {
      put = tables_.Put(batch);
    }
    if (put) {
      put = database_.Execute("COMMIT");
    }
    if (!put) {
      tables_.Forget();
      if (database_.in_transaction()) {
        // What is reported is why the batch failed, not what that did to the connection.
        (void)database_.Execute("ROLLBACK");
      }
    }
    return put;
  }

  Result<std::unique_ptr<LedgerReader>> OpenReader() const override {
    return OpenLedgerReader(lock_.run());
  }

 private:
  SqliteLedger(RunLock lock, Database database)
      : lock_(std::move(lock)), database_(std::move(database)) {}

  Status Prepare(Durability durability) {
    database_.SetBusyTimeout(limits::kBusyTimeoutMs);
    TRY(database_.Execute(fmt::format(
        "PRAGMA synchronous = {}; PRAGMA cache_size = -{}; PRAGMA wal_autocheckpoint = {}",
        durability == Durability::kFull ? "FULL" : "NORMAL", limits::kPageCacheKiB,
        limits::kWalPages)));
    TRY(database_.Execute("BEGIN IMMEDIATE; UPDATE run SET epoch = epoch + 1"));
    TRY_ASSIGN(const auto epoch, database_.QueryInt("SELECT epoch FROM run"));
    TRY(database_.Execute("COMMIT"));
    epoch_ = epoch.value_or(0);
    TRY_ASSIGN(guard_,
               database_.Prepare("UPDATE run SET commits = commits + 1 WHERE epoch = ?", true));
    return tables_.Prepare(database_);
  }

  Status RequireEpoch() {
    TRY(guard_.Bind(0, epoch_).Run());
    if (database_.changes() == 1) {
      return {};
    }
    return Fail(ErrorCode::kInUse,
                fmt::format("the run {} was taken over by another process", lock_.run().string()),
                "let that one go on; this one has stored nothing since");
  }

  const RunLock lock_;
  Database database_;
  int64_t epoch_ = 0;
  Statement guard_;
  LedgerTables tables_;
};

}  // namespace

Result<std::unique_ptr<Ledger>> CreateLedger(RunLock lock, const RunFacts& facts,
                                             Durability durability) {
  TRY(store::RequireLocalFileSystem(lock.run()));
  if (HasLedger(lock.run())) {
    return Fail(ErrorCode::kInUse, fmt::format("there is a run in {} already", lock.run().string()),
                "go on with it by --resume, or give it up by --fresh");
  }
  TRY(RemoveLedger(lock));  // what a crash left that was never begun
  TRY_ASSIGN(Database database, MakeLedgerFile(lock.run(), facts));
  return SqliteLedger::Open(std::move(lock), std::move(database), durability);
}

Result<std::unique_ptr<Ledger>> ResumeLedger(RunLock lock, const RunFacts& facts,
                                             Durability durability) {
  TRY_ASSIGN(Database database, OpenLedgerFile(lock.run(), OpenMode::kReadWrite));
  TRY_ASSIGN(const RunFacts then, ReadFacts(database));
  TRY(RequireSameRun(lock.run(), then, facts));
  return SqliteLedger::Open(std::move(lock), std::move(database), durability);
}

}  // namespace trafrec::ledger
