#pragma once

#include "replay/guard/guard.h"

namespace trafrec::guard {

/// The documents of the items that wait for a reading, by one mget; nothing if none does.
std::optional<message::Request> ReadDocuments(const Parcel& parcel);
void TakeDocuments(Parcel& parcel, const Reply& reply);

/// A GET or HEAD beside a request: with its fields, but for those of its body and of conditions.
message::Request Beside(const message::Request& request, std::string method, std::string target);

}  // namespace trafrec::guard
