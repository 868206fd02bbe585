#pragma once

#include <vector>

#include "base/error.h"
#include "replay/census/comparison.h"
#include "replay/ledger/ledger.h"
#include "replay/send/target.h"

namespace trafrec::census {

/// Before the first mutation of a run: counts the documents of all targets, and keeps that in the
/// ledger, or why it cannot be known. In a later life of the run that is there already, unless it
/// could not be known and nothing was sent since.
Status CountAtStart(const std::vector<send::Target>& targets, ledger::LedgerWriter& ledger,
                    ledger::LedgerReader& memory);

/// When everything is over: counts again where the run changed something, and compares.
Result<Comparison> CountAtEnd(const std::vector<send::Target>& targets,
                              ledger::LedgerReader& memory);

}  // namespace trafrec::census
