#pragma once

#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"

namespace trafrec::reconcile {

struct History;
class Understood;

/// What the outcome of an operation on a document says of the way there: which index is behind its
/// name, whether a pipeline changed its mind, whether it wants a routing.
void NoteWay(const Understood& understood, const dialect::Operation& operation,
             const dialect::Key& document, const dialect::Outcome& outcome, History& history);

}  // namespace trafrec::reconcile
