#pragma once

#include <memory>

#include "base/error.h"
#include "replay/ledger/ledger.h"
#include "replay/ledger/run_lock.h"

namespace trafrec::ledger {

/// What a commit survives: kNormal kill -9 and, of a power loss, some commits may be lost though
/// none is torn; kFull a power loss too, at one sync a commit.
enum class Durability : uint8_t { kNormal, kFull };

/// Begins a run. kInUse if there is one already.
Result<std::unique_ptr<Ledger>> CreateLedger(RunLock lock, const RunFacts& facts,
                                             Durability durability);

/// Goes on with a run. `facts`: what the run would be
/// begun with now; the Error names what differs from what it was begun with.
Result<std::unique_ptr<Ledger>> ResumeLedger(RunLock lock, const RunFacts& facts,
                                             Durability durability);

/// For those who look on. kNotFound if no run was begun there.
Result<std::unique_ptr<LedgerReader>> OpenLedgerReader(const std::filesystem::path& run);

}  // namespace trafrec::ledger
