#pragma once

#include <map>
#include <string>

#include "replay/dialect/dialect.h"
#include "replay/guard/guard.h"
#include "replay/ledger/records.h"
#include "replay/run/window.h"

namespace trafrec::replay {

/// How a mutation that is over changed the number of documents of indices, as far as the target's
/// answer says so. A dead one of which a copy was sent is unclear.
void NoteIndexChanges(const Flight& flight, const guard::Item& item,
                      const dialect::Dialect& dialect, const std::string& target,
                      std::map<ledger::TargetIndex, ledger::IndexChange>& changes);

}  // namespace trafrec::replay
