#pragma once

#include "replay/guard/guard.h"

namespace trafrec::guard {

/// The request of a parcel whose items have their conditions, for those that are open. A request of
/// which nothing has to change goes out as it is.
message::Request WriteSingle(const Parcel& parcel, const Item& item);
message::Request WriteBulk(const Parcel& parcel);

}  // namespace trafrec::guard
