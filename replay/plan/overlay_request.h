#pragma once

#include <cstdint>
#include <variant>
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

/// What an overlay says of one operation, or else of its whole exchange, among the entries of that
/// exchange; null: nothing of that kind.
template <typename Kind>
const Kind* FindEntry(const std::vector<store::OverlayEntry>& entries, uint32_t item) {
  const Kind* of_the_whole = nullptr;
  for (const store::OverlayEntry& entry : entries) {
    if (const Kind* what = std::get_if<Kind>(&entry.what)) {
      if (entry.at.item == item) {
        return what;
      }
      of_the_whole = entry.at.item ? of_the_whole : what;
    }
  }
  return of_the_whole;
}

/// The request that an overlay inserts.
message::Request RequestOf(const store::Insertion& insertion);

}  // namespace trafrec::plan
