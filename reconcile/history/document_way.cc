#include "reconcile/history/document_way.h"

#include "reconcile/history/history.h"
#include "reconcile/history/understood.h"

namespace trafrec::reconcile {

void NoteWay(const Understood& understood, const dialect::Operation& operation,
             const dialect::Key& document, const dialect::Outcome& outcome, History& history) {
  if (outcome.error == "routing_missing_exception") {
    history.alias_routings.Requires(document.name);
  }
  if (understood.answered() && !understood.has_edited_answer()) {
    history.pipelines.NoteOutcome(operation, document, outcome);
  }
  if (!outcome.index.empty() && outcome.error.empty()) {
    // A pipeline may send a document elsewhere.
    history.names.Leads(operation.writing.pipeline.empty() ? document.name : outcome.index,
                        outcome.index);
  }
}

}  // namespace trafrec::reconcile
