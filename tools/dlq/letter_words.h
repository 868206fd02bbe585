#pragma once

#include <string>

#include "replay/ledger/records.h"
#include "tools/dlq/letter_request.h"

namespace trafrec::tools {

/// Two lines of a list, for a terminal.
std::string InWords(const ledger::Letter& letter);
/// All that is known of one.
std::string PageOf(const ledger::Letter& letter, const LetterRequest& request);

}  // namespace trafrec::tools
