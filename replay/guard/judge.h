#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "replay/guard/guard.h"

namespace trafrec::guard {

/// A document as a reading shows it. Borrows the answer.
struct Document {
  bool understood = false;
  bool index_missing = false;
  DocumentState state;
  int64_t version = 0;
  std::string_view source;
  std::string error;
};

/// Whether the document itself must be read for an item: to tell this request's from another one.
bool NeedsSource(const Item& item, const dialect::Operation& operation);

/// Settles an item in doubt, or makes it fresh again. `was_there`: there was a document before the
/// item's first copy.
void Judge(const Parcel& parcel, const dialect::Operation& operation, Item& item,
           const Document& document, bool was_there);

/// Done, as the reading shows it.
void FinishByReading(Item& item, dialect::Fate fate, int status, const Document& document,
                     std::string_view why);

}  // namespace trafrec::guard
