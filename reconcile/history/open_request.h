#pragma once

#include "reconcile/history/facts.h"
#include "reconcile/history/history.h"
#include "replay/dialect/operation.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Until when a recorder's attempt saw everything.
struct RecorderEnd {
  TimeNs at = 0;
  bool in_order = false;
};

/// A request of which something is asked, with what the wire proves of it. `runs`: when it was
/// carried out, if it was.
OpenRequest OpenRequestOf(const store::StoredExchange& exchange, const dialect::Meaning& meaning,
                          const Span& runs, const RecorderEnd& ended,
                          const HistoryOptions& options);

}  // namespace trafrec::reconcile
