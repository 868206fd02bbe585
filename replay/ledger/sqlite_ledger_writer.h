#pragma once

#include <memory>

#include "base/error.h"
#include "replay/ledger/ledger.h"
#include "replay/ledger/sqlite_ledger.h"

namespace trafrec::ledger {

/// What Ledger::Take says. The writer keeps the lock.
Result<std::unique_ptr<LedgerWriter>> TakeRange(std::shared_ptr<const RunLock> lock,
                                                Durability durability, const Range& range);

}  // namespace trafrec::ledger
