#pragma once

#include <filesystem>

#include "base/error.h"
#include "replay/ledger/records.h"
#include "store/db/database.h"

namespace trafrec::ledger {

/// Makes RUN/ledger.sqlite in one transaction: a crash leaves a run that was not begun.
Result<store::db::Database> MakeLedgerFile(const std::filesystem::path& run, const RunFacts& facts);

/// Opens the one that is there. kNotFound if no run was begun, kCorrupt if it is another kind of
/// file, kUnsupported if a newer trafrec made it.
Result<store::db::Database> OpenLedgerFile(const std::filesystem::path& run,
                                           store::db::OpenMode mode);

Result<RunFacts> ReadFacts(store::db::Database& database);

/// kUsage if `now` is of another log, or has other options: the Error names them.
Status RequireSameRun(const std::filesystem::path& run, const RunFacts& then, const RunFacts& now);

}  // namespace trafrec::ledger
