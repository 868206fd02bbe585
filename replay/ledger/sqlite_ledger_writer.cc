// Taking a range, and committing to it.
//
// A taking puts a new epoch beside the range, and each commit begins by counting itself where its
// epoch is still there: a writer that was frozen while another one took its range finds none, and
// its transaction is undone. The row of the run is changed by every taking, so two of them come one
// after the other, and ranges that overlap cannot both be taken.

#include "replay/ledger/sqlite_ledger_writer.h"

#include <fmt/format.h>

#include <limits>
#include <string>
#include <utility>

#include "base/time.h"
#include "replay/ledger/ledger_file.h"
#include "replay/ledger/ledger_tables.h"
#include "replay/ledger/limits.h"
#include "replay/ledger/statements.h"

namespace trafrec::ledger {
namespace {

using store::db::Database;
using store::db::OpenMode;
using store::db::Statement;

/// "from the beginning of the log until 2026-…"
std::string InWords(const Range& range) {
  const bool first = range.from == std::numeric_limits<TimeNs>::min();
  const bool last = range.until == std::numeric_limits<TimeNs>::max();
  return fmt::format("from {} until {}",
                     first ? "the beginning of the log" : FormatTime(range.from),
                     last ? "its end" : FormatTime(range.until));
}

class SqliteLedgerWriter : public LedgerWriter {
 public:
  SqliteLedgerWriter(std::shared_ptr<const RunLock> lock, Database database, const Range& range)
      : lock_(std::move(lock)), database_(std::move(database)), range_(range) {}

  Status Take(Durability durability) {
    database_.SetBusyTimeout(limits::kBusyTimeoutMs);
    TRY(database_.Execute(fmt::format(
        "PRAGMA synchronous = {}; PRAGMA cache_size = -{}; PRAGMA wal_autocheckpoint = {}",
        durability == Durability::kFull ? "FULL" : "NORMAL", limits::kPageCacheKiB,
        limits::kWalPages)));
    TRY(InTransaction([this] { return PutEpoch(); }));
    TRY_ASSIGN(guard_, database_.Prepare(statements::kGuard, true));
    return tables_.Prepare(database_, range_);
  }

  const Range& range() const override { return range_; }

  Status Commit(const Batch& batch) override {
    Status put = InTransaction([&]() -> Status {
      TRY(RequireEpoch());
      return tables_.Put(batch);
    });
    if (!put) {
      tables_.Forget();
    }
    return put;
  }

 private:
  template <typename Work>
  Status InTransaction(const Work& work) {
    TRY(database_.Execute("BEGIN IMMEDIATE"));
    Status done = work();
    if (done) {
      done = database_.Execute("COMMIT");
    }
    if (!done && database_.in_transaction()) {
      // What is reported is why the work failed, not what that did to the connection.
      (void)database_.Execute("ROLLBACK");
    }
    return done;
  }

  Status PutEpoch() {
    TRY(database_.Execute(statements::kCountTaking));
    TRY(RefuseOverlap());
    TRY_ASSIGN(Statement take, database_.Prepare(statements::kTake));
    TRY_ASSIGN(const bool row, take.Bind(0, range_.from).Bind(1, range_.until).Step());
    epoch_ = row ? take.Int(0) : 0;
    return {};
  }

  Status RefuseOverlap() {
    TRY_ASSIGN(Statement other, database_.Prepare(statements::kFindOverlap));
    other.Bind(0, range_.until).Bind(1, range_.from).Bind(2, range_.from).Bind(3, range_.until);
    TRY_ASSIGN(const bool row, other.Step());
    if (!row) {
      return {};
    }
    return Fail(ErrorCode::kInUse,
                fmt::format("the log of the run {} cannot be taken {}: it was taken {} before",
                            lock_->run().string(), InWords(range_),
                            InWords({.from = other.Int(0), .until = other.Int(1)})),
                "take it as it was taken before, or what nobody took");
  }

  Status RequireEpoch() {
    TRY(guard_.Bind(0, range_.from).Bind(1, epoch_).Run());
    if (database_.changes() == 1) {
      return {};
    }
    return Fail(ErrorCode::kInUse,
                fmt::format("the run {} was taken over by another process", lock_->run().string()),
                "let that one go on; this one has stored nothing since");
  }

  const std::shared_ptr<const RunLock> lock_;
  Database database_;
  const Range range_;
  int64_t epoch_ = 0;
  Statement guard_;
  LedgerTables tables_;
};

}  // namespace

Result<std::unique_ptr<LedgerWriter>> TakeRange(std::shared_ptr<const RunLock> lock,
                                                Durability durability, const Range& range) {
  TRY_ASSIGN(Database database, OpenLedgerFile(lock->run(), OpenMode::kReadWrite));
  auto writer = std::make_unique<SqliteLedgerWriter>(std::move(lock), std::move(database), range);
  TRY(writer->Take(durability));
  return writer;
}

}  // namespace trafrec::ledger
