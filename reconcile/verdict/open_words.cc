#include "reconcile/verdict/open_words.h"

namespace trafrec::reconcile {

std::string WhatWouldDecide(const Question& question, bool journal) {
  if (question.kind == dialect::Kind::kWrite) {
    return "of a service that may act on a part of a request, the wire proves nothing; a GET of "
           "the "
           "resource before and after it would decide (--source), if nobody else changed it "
           "meanwhile";
  }
  if (question.kind == dialect::Kind::kByQuery || question.kind == dialect::Kind::kReindex) {
    return journal ? "the journal shows no operation that can only be its own, and some that may be"
                   : "how many documents it reached, nobody answered; the source's journal would "
                     "show each (--translog)";
  }
  if (question.kind == dialect::Kind::kBulk) {
    return "the log lacks its items, or nobody can read them; the source's journal shows what was "
           "written in their time (--translog)";
  }
  if (!dialect::WritesDocument(question.kind)) {
    return "no later answer of the log is proof of it; a look at what it changes would decide";
  }
  if (question.elsewhere) {
    return "a pipeline may have put it under another id or into another index; a look at what the "
           "source made of it would decide, or a pipeline's definition in the log that shows that "
           "it does not do so";
  }
  if (journal) {
    return "histories fit with and without it, with the journal, too: it may have changed nothing, "
           "or another's operation may be its own";
  }
  if (question.automatic_id) {
    return "histories fit with and without it; a hit that shows its source would decide, or the "
           "source's journal (--translog)";
  }
  return "histories fit with and without it; a get of the document soon after it would decide "
         "(--source, asked at once), or the source's journal (--translog)";
}

}  // namespace trafrec::reconcile
