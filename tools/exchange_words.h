#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/format/flags.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// "no-answer": a flag as one short word for a table. NDJSON has the long names.
const char* ShortFlagName(store::Flag flag);
/// The flag of a short or a long name, or an Error that lists both.
Result<store::Flag> FlagOfAnyName(const std::string& name);
std::string ShortFlags(store::Flags flags);

/// "the answer was not seen": a flag as a sentence, without a full stop.
const char* FlagSentence(store::Flag flag);

/// "gap of 1,448 bytes in the response body at 20,480: acknowledged by the peer, but not captured".
std::string GapSentence(const store::MessageGap& gap, store::Side side);

/// Every flag and every gap of the exchange in words. Gaps stand for their flags.
std::vector<std::string> FlawsInWords(const store::StoredExchange& exchange);

/// "1.1"; "" where the facts name none.
std::string VersionText(const store::MessageFacts& facts);

}  // namespace trafrec::tools
