#pragma once

#include <optional>
#include <string>

#include "replay/guard/guard.h"

namespace trafrec::guard {

/// No document ever has this number: what goes out under it is refused, whatever is there.
inline constexpr DocumentState kNever{
    .exists = true, .seq_no = INT64_MAX, .primary_term = 1, .version = 0};

/// Whether the client's own version excludes a second copy.
bool HasExternalVersion(const dialect::Operation& operation);

/// Whether the source refused it, for what the document was just then, or for good.
bool IsRefusedAtSource(const dialect::Operation& operation, const Item& item);

/// Whether it goes into a data stream, by where the source put it. These take nothing but creates,
/// and are read by no name that the request has.
bool IsStreamed(const Item& item);

/// The request's body, the bulk's line, or what ?source= holds.
std::string BodyOf(const Parcel& parcel, const dialect::Operation& operation);

/// The document that it puts where none is; of an update its upsert.
std::string NewDocument(const Parcel& parcel, const dialect::Operation& operation);

/// Whether it is an update that makes the missing document. (The dialect reads bodies only.)
bool Upserts(const Parcel& parcel, const dialect::Operation& operation);

/// An update whose script makes the missing document: nothing can be put in its place.
bool IsScriptedUpsert(const Parcel& parcel, const dialect::Operation& operation);

/// How the next copy of a fresh item goes out.
struct Choice {
  bool read = false;  ///< the document must be read first
  std::optional<DocumentState> condition{};
};

Choice Choose(const Parcel& parcel, const Item& item);

/// Whether an open item waits for a reading of its document.
bool NeedsReading(const Parcel& parcel, const Item& item);

}  // namespace trafrec::guard
