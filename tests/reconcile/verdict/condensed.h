#pragma once

#include <cstddef>
#include <cstdint>

#include "reconcile/history/history.h"

namespace trafrec::reconcile {

/// Histories that a test goes through; `tools/dev soak reconcile` asks for more.
uint64_t Histories();

/// As a long log would leave the history: facts of documents that may matter, numbers of the rest.
History Condensed(const History& whole, size_t facts_max);
/// `doubtful_max`: with facts of documents in doubt no more than so many.
History Condensed(const History& whole, size_t doubtful_max, size_t facts_max);

}  // namespace trafrec::reconcile
