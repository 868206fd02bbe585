#pragma once

#include <vector>

#include "base/error.h"
#include "replay/dialect/operation.h"
#include "replay/message/http_message.h"
#include "store/overlay/overlay_entry.h"

namespace trafrec::plan {

/// Changes a recorded request as the rewrites among `entries`, all of its exchange, say: items
/// first, then what is said of the whole. `meaning` is that of `request`, whose body is without
/// content coding. kUsage if something cannot be changed so: the Error names the operation.
Status ApplyRewrites(const std::vector<store::OverlayEntry>& entries,
                     const dialect::Meaning& meaning, message::Request& request);

/// The request that an overlay inserts.
message::Request RequestOf(const store::Insertion& insertion);

}  // namespace trafrec::plan
