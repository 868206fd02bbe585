#pragma once

#include "replay/guard/guard.h"

namespace trafrec::guard {

/// What a copy's answer, or its absence, makes of the open items.
void TakeSearchReply(Parcel& parcel, const Reply& reply);

/// The answer of an exchange from those of its items.
message::Answer AssembleSearch(const dialect::Meaning& meaning, std::span<const Item> items,
                               const message::Answer& last);

}  // namespace trafrec::guard
