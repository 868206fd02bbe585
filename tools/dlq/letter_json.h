#pragma once

#include <string>

#include "replay/ledger/records.h"
#include "tools/dlq/letter_request.h"

namespace trafrec::tools {

/// A letter as one line of NDJSON (docs/replay_ledger.md), with its end. `request`: null for a
/// line without it.
void AppendLetterLine(std::string& out, const ledger::Letter& letter, const LetterRequest* request);

}  // namespace trafrec::tools
