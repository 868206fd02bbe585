#pragma once

#include <vector>

#include "reconcile/history/facts.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// The documents of which an exchange does not show what became of its operations. Those without an
/// id are left out.
std::vector<DocumentName> OpenDocuments(const store::StoredExchange& exchange,
                                        const dialect::Dialect& dialect);

}  // namespace trafrec::reconcile
