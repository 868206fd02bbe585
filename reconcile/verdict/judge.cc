#include "reconcile/verdict/judge.h"

#include <fmt/format.h>

#include "reconcile/verdict/index_fates.h"
#include "reconcile/verdict/index_verdicts.h"
#include "reconcile/verdict/metadata_fates.h"
#include "reconcile/verdict/open_words.h"

namespace trafrec::reconcile {
namespace {

using store::Verdict;

/// Requests and answers do not name what they are about, so that nothing of them can be compared.
void JudgeByTheWireAlone(const History& history, Judgement& judgement) {
  for (Finding& finding : judgement.findings) {
    if (history.requests[history.questions[finding.question].request].wire == WireProof::kNone) {
      finding.verdict = Verdict::kUnknown;
      finding.evidence = {{"open", fmt::format("redaction replaced {} in this log; one that was "
                                               "recorded without that would decide",
                                               history.hidden)}};
    }
  }
  judgement.notes.push_back(
      {.about = Note::About::kLog,
       .words = fmt::format(
           "redaction replaced {}: nothing but the wire tells what became of a request, and what "
           "is "
           "missing nobody knows. Record with --redact-json pointers that reach fields of "
           "documents alone, or encrypt the log instead",
           history.hidden)});
}

}  // namespace

Judgement Judge(const History& history, size_t window_questions) {
  Judgement judgement{.notes = history.notes};
  for (size_t i = 0; i < history.questions.size(); ++i) {
    const OpenRequest& request = history.requests[history.questions[i].request];
    Finding& finding = judgement.findings.emplace_back(Finding{.question = i});
    if (const auto& told = history.questions[i].told) {
      finding.verdict = told->committed ? Verdict::kCommitted : Verdict::kNotCommitted;
      finding.evidence.push_back(
          {"answer",
           "an answer without a request, on the same connection: of all pairings in the "
           "order of both, none gives this request another one"});
    } else if (request.wire != WireProof::kNone) {
      finding.verdict = Verdict::kNotCommitted;
      finding.evidence.push_back({"wire", request.wire_words});
    }
  }
  if (!history.hidden.empty()) {
    JudgeByTheWireAlone(history, judgement);
    return judgement;
  }
  JudgeIndices(history, window_questions, judgement);
  JudgeIndexFates(history, judgement);
  JudgeMetadataFates(history, judgement);
  for (Finding& finding : judgement.findings) {
    if (finding.evidence.empty()) {
      finding.evidence.push_back({"open", WhatWouldDecide(history.questions[finding.question],
                                                          !history.journals.empty())});
    }
  }
  return judgement;
}

}  // namespace trafrec::reconcile
