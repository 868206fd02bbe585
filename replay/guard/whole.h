#pragma once

#include "replay/dialect/outcome.h"
#include "replay/guard/guard.h"

namespace trafrec::guard {

// Operations that no condition guards: administration, by-query, reindex, unknown requests.

/// Whether a reading can say what became of a copy without an answer.
bool CanBeRead(const Parcel& parcel);

/// Whether an item is in doubt that no reading decides, and that must not be sent again.
bool IsUndecidable(const Parcel& parcel, const Item& item);

/// With what went wrong last, and why that is the end.
void GiveUpUndecidable(const Parcel& parcel, Item& item);

/// What must be asked for such an operation that is in doubt; nothing if none is.
std::optional<message::Request> ReadWhole(const Parcel& parcel);
void TakeWholeReading(Parcel& parcel, const Reply& reply);

/// Takes an answer that means something else for these than for documents; false if it does not.
bool TakeWholeAnswer(const dialect::Meaning& meaning, Item& item, const dialect::Answer& answer,
                     size_t place);

}  // namespace trafrec::guard
