#pragma once

#include <vector>

#include "reconcile/history/facts.h"
#include "replay/dialect/request.h"

namespace trafrec::reconcile {

/// The writes that an answer tells of whose request was not seen: what document each wrote, and its
/// numbers. Their routing is not known, except that of what has none.
std::vector<Write> WritesIn(const dialect::AnswerView& answer, const store::ExchangeId& id,
                            const Span& ran);

}  // namespace trafrec::reconcile
