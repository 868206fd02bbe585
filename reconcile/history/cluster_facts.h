#pragma once

#include <cstddef>

#include "reconcile/history/history.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "replay/dialect/request.h"

namespace trafrec::reconcile {

/// What a whole answer says of the source and its indices beside documents.
void AddClusterState(const dialect::RequestView& request, const dialect::Meaning& meaning,
                     const dialect::AnswerView& answer, const Span& ran, History& history);

/// What an operation may make of indices and metadata. `status`: of its answer, 0 if nobody saw all
/// of one. If its outcome is open, it is the history's next question.
void AddClusterChange(const dialect::RequestView& request, const dialect::Meaning& meaning,
                      const dialect::Operation& operation, const dialect::Outcome& outcome,
                      int status, const Span& ran, History& history);

}  // namespace trafrec::reconcile
