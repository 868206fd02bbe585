#pragma once

#include <vector>

#include "reconcile/history/facts.h"
#include "replay/recorded/exchange_view.h"

namespace trafrec::reconcile {

/// Adds the writes that a whole answer tells of whose request was not seen, or not whole: what
/// document each wrote, and its numbers. Their routing is not known, except that of what has none.
/// `clock_error_ns`: the recorder's clock may be wrong by so much.
void AddWritesIn(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
                 TimeNs clock_error_ns, std::vector<Write>& writes);

}  // namespace trafrec::reconcile
