#pragma once

#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Whether the recorder joined a request after a loss to what cannot be its answer: it repeats
/// another X-Opaque-Id, or is about another document. Asks only of pairs that are flagged as
/// presumed; all others are right.
bool IsWrongPair(const store::StoredExchange& exchange, const dialect::Dialect& dialect);

}  // namespace trafrec::reconcile
