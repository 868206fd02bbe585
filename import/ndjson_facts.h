#pragma once

#include "import/imported_exchange.h"
#include "import/json_value.h"

// What NDJSON says of the wire.

namespace trafrec::import {

/// nullopt where there is none. Nine decimals are kept.
std::optional<TimeNs> NdjsonTime(const JsonValue& value);
/// Flags by their names; names that are not known are ignored, and `open` is not taken over: of
/// what was still open when it was exported nothing more will come.
store::Flags NdjsonFlags(const JsonValue& names);

void ReadMessageWire(const JsonValue& wire, store::Side side, store::MessageFacts& facts);
void ReadConnectionWire(const JsonValue& wire, store::ConnectionRecord& connection);
/// The gaps of `side`, into the facts. False if there are more than a message of so many bytes can
/// have, or one of a kind that is not known.
bool ReadGaps(const JsonValue& gaps, store::Side side, store::MessageFacts& facts);

}  // namespace trafrec::import
