#include "replay/ledger/sqlite_ledger.h"

#include <fmt/format.h>

#include <utility>

#include "replay/ledger/ledger_file.h"
#include "replay/ledger/sqlite_ledger_writer.h"
#include "store/files/log_layout.h"

namespace trafrec::ledger {
namespace {

/// Owns the lock, together with its writers; each of them has a connection of its own.
class SqliteLedger : public Ledger {
 public:
  SqliteLedger(RunLock lock, Durability durability)
      : lock_(std::make_shared<const RunLock>(std::move(lock))), durability_(durability) {}

  Result<std::unique_ptr<LedgerWriter>> Take(const Range& range) override {
    return TakeRange(lock_, durability_, range);
  }

  Result<std::unique_ptr<LedgerReader>> OpenReader() const override {
    return OpenLedgerReader(lock_->run());
  }

 private:
  const std::shared_ptr<const RunLock> lock_;
  const Durability durability_;
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
  TRY(MakeLedgerFile(lock.run(), facts));
  return std::make_unique<SqliteLedger>(std::move(lock), durability);
}

Result<std::unique_ptr<Ledger>> ResumeLedger(RunLock lock, const RunFacts& facts,
                                             Durability durability) {
  TRY_ASSIGN(store::db::Database database,
             OpenLedgerFile(lock.run(), store::db::OpenMode::kReadWrite));
  TRY_ASSIGN(const RunFacts then, ReadFacts(database));
  TRY(RequireSameRun(lock.run(), then, facts));
  return std::make_unique<SqliteLedger>(std::move(lock), durability);
}

}  // namespace trafrec::ledger
