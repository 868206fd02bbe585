#pragma once

#include <optional>
#include <string_view>

#include "import/head_text.h"
#include "import/imported_exchange.h"

// What follows from a message's bytes where nobody saw the wire.

namespace trafrec::import {

/// Framing and declared length, as the fields say.
void SetFraming(ImportedMessage& message, const std::vector<Field>& fields, store::Side side);
/// Lengths of a message whose body is all there is of it. `wire_body`: its length as it was sent,
/// if that is known.
void SetLengths(ImportedMessage& message, std::optional<uint64_t> wire_body);
/// First and last byte; the last copy is the last byte.
void SetTimes(ImportedMessage& message, TimeNs first, TimeNs last);
/// May an answer with this status to this method have a body?
bool MayHaveBody(std::string_view method, uint16_t status);
/// "1.1", "2", "2.0" as the version of a message.
void SetVersion(store::MessageFacts& facts, std::string_view version);

}  // namespace trafrec::import
