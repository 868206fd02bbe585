#include "reconcile/verdict/judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconcile/model/index_model.h"
#include "reconcile/verdict/index_fates.h"
#include "reconcile/verdict/metadata_fates.h"
#include "reconcile/verdict/unseen.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;

Verdict VerdictOf(Decision decision) {
  return decision == Decision::kCommitted ? Verdict::kCommitted : Verdict::kNotCommitted;
}

/// Whether everything that comes after it hides what it did.
bool IsSuperseded(size_t question, const History& history, const IndexHistory& index) {
  const Document* document = DocumentOf(index, question);
  if (document == nullptr) {
    return false;
  }
  const SlotRules rules(history, index, {});
  bool may_run = false;
  for (const Slot& slot : document->slots) {
    if (rules.MayRun(question, slot)) {
      may_run = true;
      if (!slot.replaced) {
        return false;
      }
    }
  }
  return may_run;
}

/// The term of a number is that of the known ones around it.
store::CommitPosition PositionOf(const IndexHistory& index,
                                 const std::pair<uint32_t, int64_t>& number) {
  return {.index_uuid = index.uuid,
          .shard = number.first,
          .primary_term = index.shards[number.first].TermOf(number.second),
          .seq_no = number.second};
}

/// `journal`: the source's journal was read already.
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
  if (!dialect::WritesDocument(question.kind)) {
    return "no later answer of the log is proof of it; a look at what it changes would decide";
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

class Judging {
 public:
  Judging(const History& history, Judgement& judgement)
      : history_(history), judgement_(judgement) {}

  void JudgeIndex(const IndexHistory& index, const IndexHistory& apart) {
    if (!index.trouble.empty()) {
      AddNote(index, fmt::format("{}; its operations stay unknown", index.trouble));
      return;
    }
    for (const size_t question : index.told) {
      PlaceTold(index, question);
    }
    if (index.questions.empty() && RunsIn(index).empty()) {
      return;
    }
    IndexModel proven(history_, index, {});
    if (!proven.Decide()) {
      AddNote(index,
              "no history fits what the log shows, which is an error of ours or of the log: its "
              "operations stay unknown");
      return;
    }
    if (proven.unrecorded()) {
      AddNote(index,
              "no history of what is recorded fits: somebody wrote whom nobody recorded, or the "
              "evidence is wrong; its operations stay unknown where no answer of their own says "
              "what became of them");
    }
    // Where what was lost made or removed documents, histories fit only without that assumption.
    const Assumptions assumptions{.apart = true, .carried_out = true, .late = true};
    std::optional<IndexModel> presumed;
    for (const IndexHistory* each : {&apart, &index}) {
      presumed.emplace(history_, *each, assumptions);
      if (presumed->Decide() && presumed->unrecorded() == proven.unrecorded()) {
        for (const size_t question : Denied(index, *presumed, *each)) {
          presumed->Deny(question);
        }
        break;
      }
      presumed.reset();
    }
    for (const size_t question : index.questions) {
      Take(index, proven, presumed ? &*presumed : nullptr, question);
    }
    for (const size_t run : RunsIn(index)) {
      TakeRun(proven, presumed ? &*presumed : nullptr, run);
    }
    AddMissing(index, proven);
  }

 private:
  void AddNote(const IndexHistory& index, const std::string& words) {
    judgement_.notes.push_back({.about = Note::About::kIndex,
                                .index = index.name,
                                .words = fmt::format("{}: {}", index.name, words)});
  }

  /// What was answered, if not with what became of it, was done rather than what was not answered:
  /// if the latter is presumed to have been carried out, it may have got the former's number.
  std::vector<size_t> Denied(const IndexHistory& index, const IndexModel& presumed,
                             const IndexHistory& apart) const {
    std::vector<size_t> denied;
    for (const size_t question : index.questions) {
      if (history_.questions[question].answered &&
          presumed.DecisionOf(question) == Decision::kNotCommitted) {
        denied.push_back(question);
      }
    }
    if (denied.empty()) {
      return denied;
    }
    IndexModel other(history_, apart, {.apart = true, .late = true});
    const bool fits = other.Decide() && !other.unrecorded();
    std::erase_if(denied, [&](size_t question) {
      return fits && other.DecisionOf(question) == Decision::kNotCommitted;
    });
    return denied;
  }

  /// By-query requests in question that write this index, and no other.
  std::vector<size_t> RunsIn(const IndexHistory& index) const {
    std::vector<size_t> runs;
    for (size_t i = 0; i < history_.by_query.size(); ++i) {
      const ByQueryRun& run = history_.by_query[i];
      if (run.request && run.indices.size() == 1 &&
          history_.IndexBehind(run.indices.front()) == index.name) {
        runs.push_back(i);
      }
    }
    return runs;
  }

  void TakeRun(const IndexModel& proven, const IndexModel* presumed, size_t run) {
    const OpenRequest& request = history_.requests[*history_.by_query[run].request];
    Finding& finding = judgement_.findings[request.questions.front()];
    const bool by_proof = proven.DecisionOfRun(run) != Decision::kOpen;
    const Decision decision = by_proof              ? proven.DecisionOfRun(run)
                              : presumed != nullptr ? presumed->DecisionOfRun(run)
                                                    : Decision::kOpen;
    // That it has no number is not presumed: what others are presumed to have taken may be its own.
    if (!finding.evidence.empty() || decision == Decision::kOpen ||
        (!by_proof && decision == Decision::kNotCommitted)) {
      return;
    }
    finding.verdict = VerdictOf(decision);
    finding.evidence.push_back(
        {"history", decision == Decision::kCommitted
                        ? "some of the numbers that no answer names only its operations can have "
                          "taken"
                        : "none of the numbers that no answer names can be of an operation of it: "
                          "it was not carried out, or found nothing to change"});
    if (!by_proof) {
      finding.grade = Grade::kPresumed;
      NameAssumptions(finding);
    }
  }

  void NameAssumptions(Finding& finding) const {
    finding.evidence.push_back(
        {"assumption", "carried out: what the source received whole, it carried out"});
    finding.evidence.push_back(
        {"assumption",
         "at once: it ran as fast as other writes of its time, beside nothing that the log does "
         "not "
         "show; and what was sent again, and never acknowledged, did not arrive"});
    finding.evidence.push_back(
        {"assumption", "apart: what was lost in flows made and deleted no document in question"});
    if (!history_.journals.empty()) {
      finding.evidence.push_back({"assumption", kLateWords});
    }
  }

  /// An automatic id is not known here, nor is then the shard.
  void PlaceTold(const IndexHistory& index, size_t number) {
    const Question& question = history_.questions[number];
    const auto shard = question.document.id.empty() ? std::nullopt
                                                    : ShardOf(index.routing, question.document.id,
                                                              question.document.routing);
    if (question.told->seq_no && shard && !index.uuid.empty()) {
      judgement_.findings[number].position = PositionOf(index, {*shard, *question.told->seq_no});
    }
  }

  void Take(const IndexHistory& index, const IndexModel& proven, const IndexModel* presumed,
            size_t question) {
    Finding& finding = judgement_.findings[question];
    if (!finding.evidence.empty()) {
      return;  // the wire said all
    }
    const IndexModel* by = nullptr;
    if (const Decision decision = proven.DecisionOf(question); decision != Decision::kOpen) {
      finding.verdict = VerdictOf(decision);
      finding.evidence.push_back({"history", proven.WordsFor(question)});
      by = &proven;
    } else if (!proven.unrecorded() && IsSuperseded(question, history_, index)) {
      finding.verdict = Verdict::kSuperseded;
      finding.evidence.push_back(
          {"overwritten",
           "whatever it did, a later write of the document put another in its "
           "place, and nothing in between shows it"});
    } else if (presumed != nullptr && presumed->DecisionOf(question) != Decision::kOpen &&
               !presumed->IsContradicted(question)) {
      finding.verdict = VerdictOf(presumed->DecisionOf(question));
      finding.grade = Grade::kPresumed;
      finding.evidence.push_back({"history", presumed->WordsFor(question)});
      NameAssumptions(finding);
      by = presumed;
    }
    if (finding.verdict == Verdict::kUnknown) {
      finding.evidence.push_back(
          {"open", WhatWouldDecide(history_.questions[question], !history_.journals.empty())});
    }
    if (by != nullptr && finding.verdict == Verdict::kCommitted && !index.uuid.empty()) {
      if (const auto number = by->NumberOf(question)) {
        finding.position = PositionOf(index, *number);
      }
    }
  }

  void AddMissing(const IndexHistory& index, const IndexModel& model) {
    for (uint32_t shard = 0; shard < index.shards.size(); ++shard) {
      for (const Hole& hole : model.Unexplained(shard)) {
        if (history_.read_until != History::kAll && hole.ran.until >= history_.read_until) {
          continue;  // what is not read yet may have taken it
        }
        MissingMutation missing{.index = index.name,
                                .shard = shard,
                                .seq_no = hole.seq_no,
                                .ran = hole.ran,
                                .sight = hole.sight};
        if (!index.uuid.empty()) {
          missing.position = PositionOf(index, {shard, hole.seq_no});
        }
        judgement_.missing.push_back(std::move(missing));
      }
    }
  }

  const History& history_;
  Judgement& judgement_;
};

}  // namespace

Judgement Judge(const History& history) {
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
  Judging judging(history, judgement);
  const std::vector<IndexHistory> indices = IndicesInQuestion(history, false);
  const std::vector<IndexHistory> apart = IndicesInQuestion(history, true);
  for (size_t i = 0; i < indices.size(); ++i) {
    judging.JudgeIndex(indices[i], apart[i]);
  }
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
