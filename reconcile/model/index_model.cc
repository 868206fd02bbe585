#include "reconcile/model/index_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "store/reader/exchange_id.h"

namespace trafrec::reconcile {
namespace {

constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

}  // namespace

bool IndexModel::Decide() {
  for (auto& [number, asked] : asked_) {
    const Question& question = history_.questions[number];
    const OpenRequest& request = history_.requests[question.request];
    if (request.wire != WireProof::kNone) {
      Set(asked, Decision::kNotCommitted, request.wire_words);
    } else if (question.fit == Fit::kRefused) {
      Set(asked, Decision::kNotCommitted, "the index's mapping does not take its source");
    } else if (question.status_seen) {
      Set(asked, Decision::kCommitted, "its answer's status says so");
    } else if (question.answer_length == LengthSays::kWrote) {
      Set(asked, Decision::kCommitted,
          "its answer, of which the length alone was seen, is as long as one that says so");
    } else if (question.answer_length == LengthSays::kChangedNothing) {
      Set(asked, Decision::kNotCommitted,
          "its answer, of which the length alone was seen, is as long as one that says that "
          "nothing "
          "was changed");
    } else if (question.shown_by) {
      Set(asked, Decision::kCommitted,
          fmt::format("{} shows a text that no other operation wrote",
                      store::FormatExchangeId(*question.shown_by)));
    }
  }
  if (unrecorded_ || !network_.Solve()) {
    // Or the evidence is wrong: then what no history has may have been all the same.
    unrecorded_ = true;
    AddLost({}, std::nullopt);
    return network_.Solve();
  }
  if (!Settle() || (PresumeRefused() && !Settle()) || (PresumeRuns() && !Settle())) {
    return false;
  }
  DecideRuns();
  NoteContradictions();
  return true;
}

/// If not all that is presumed to have been carried out can have been, some of it was not; nobody
/// knows which. Where that is not presumed, what was received whole may have been carried out once
/// a journal had been copied, which makes the copy an early one.
void IndexModel::NoteContradictions() {
  if (!assumptions_.any()) {
    return;
  }
  const SlotRules carried_out(history_, index_, {.apart = assumptions_.apart, .carried_out = true});
  for (const OpenRequest* request : requests_) {
    if (request->wire != WireProof::kNone || !IsPresumedCarriedOut(*request)) {
      continue;
    }
    std::vector<std::pair<Edge, int32_t>> all;
    bool left_out = false;
    for (const Asked* asked : AskedOf(*request)) {
      if (MustCommit(*asked, carried_out)) {
        left_out = left_out || asked->decision == Decision::kNotCommitted;
        all.emplace_back(asked->edge, 1);
      }
    }
    if (left_out || (assumptions_.carried_out && !network_.FitsWith(all))) {
      contradicted_.push_back(request->RunsAtOnce());
    }
  }
}

bool IndexModel::IsContradicted(size_t question) const {
  const Span runs = history_.requests[history_.questions[question].request].RunsAtOnce();
  const auto asked = asked_.find(question);
  const auto is_denied = [&](const auto& number) { return denied_.contains(number.second); };
  return std::ranges::any_of(contradicted_, [&](const Span& span) { return span.Meets(runs); }) ||
         (asked != asked_.end() && std::ranges::any_of(asked->second.numbers, is_denied));
}

void IndexModel::Deny(size_t question) {
  contradicted_.push_back(rules_.RunOf(history_.questions[question]));
  for (const auto& [edge, number] : asked_.at(question).numbers) {
    denied_.insert(number);
  }
}

/// What was not done whether its request was carried out or not. What does not fit that speaks
/// against it.
bool IndexModel::PresumeRefused() {
  if (!assumptions_.carried_out) {
    return false;
  }
  bool changed = false;
  for (auto& [number, asked] : asked_) {
    const Document* document = DocumentOf(index_, number);
    std::string words =
        asked.decision == Decision::kOpen ? rules_.WhyRefused(number, document) : "";
    const std::pair<Edge, int32_t> none{asked.edge, 0};
    if (!words.empty() && network_.FitsWith({&none, 1})) {
      changed = Set(asked, Decision::kNotCommitted, std::move(words)) || changed;
      if (!network_.Solve()) {
        return true;
      }
    }
  }
  return changed;
}

/// A by-query request that was carried out, and has found a document, has a number. What does not
/// fit that speaks against the assumption.
bool IndexModel::PresumeRuns() {
  bool changed = false;
  for (auto& [number, run] : runs_) {
    const ByQueryRun& by_query = history_.by_query[number];
    const OpenRequest& request = history_.requests[*by_query.request];
    if (assumptions_.carried_out && IsPresumedCarriedOut(request) && !request.server_left &&
        rules_.SurelyChanges(by_query)) {
      network_.SetBounds(run.edge, 1, run.most);
      if (network_.Solve()) {
        run.decision = Decision::kCommitted;
        changed = true;
      } else {
        network_.SetBounds(run.edge, 0, run.most);
        network_.Solve();
      }
    }
  }
  return changed;
}

/// So many operations as a request may have are whole numbers without a hole: if it can have none
/// and cannot have one, it has none.
void IndexModel::DecideRuns() {
  for (auto& [number, run] : runs_) {
    if (run.decision != Decision::kOpen) {
      continue;
    }
    const std::pair<Edge, int32_t> none{run.edge, 0};
    const std::pair<Edge, int32_t> one{run.edge, 1};
    if (!network_.FitsWith({&none, 1})) {
      run.decision = Decision::kCommitted;
    } else if (!network_.FitsWith({&one, 1})) {
      run.decision = Decision::kNotCommitted;
    }
  }
}

/// Until nothing follows any more.
bool IndexModel::Settle() {
  bool changed = true;
  while (changed) {
    changed = TakeDecided();
    changed = TakeFates() || changed;
    if (!network_.Solve()) {
      return false;
    }
  }
  return true;
}

bool IndexModel::Set(Asked& asked, Decision decision, std::string words) {
  if (asked.decision != Decision::kOpen) {
    return false;
  }
  asked.decision = decision;
  asked.words = std::move(words);
  const int32_t value = decision == Decision::kCommitted ? 1 : 0;
  network_.SetBounds(asked.edge, value, value);
  return true;
}

bool IndexModel::TakeDecided() {
  if (!network_.Solve()) {
    return false;
  }
  bool changed = false;
  for (auto& [number, asked] : asked_) {
    if (asked.decision == Decision::kOpen && network_.IsFixed(asked.edge)) {
      const bool committed = network_.flow(asked.edge) == 1;
      changed |= Set(asked, committed ? Decision::kCommitted : Decision::kNotCommitted,
                     committed ? "every history that fits the versions and numbers has it"
                               : "no history that fits the versions and numbers has it");
    }
  }
  return changed;
}

std::vector<IndexModel::Asked*> IndexModel::AskedOf(const OpenRequest& request) {
  std::vector<Asked*> result;
  for (const size_t question : request.questions) {
    if (const auto found = asked_.find(question); found != asked_.end()) {
      result.push_back(&found->second);
    }
  }
  return result;
}

/// A question about a document of which not even the shard is known is nobody's.
bool IndexModel::MustCommit(const Asked& asked, const SlotRules& rules) const {
  static const Document kNew;
  const Document* document = DocumentOf(index_, asked.question);
  return (document != nullptr || history_.questions[asked.question].automatic_id) &&
         rules.MustCommit(asked.question, document == nullptr ? kNew : *document);
}

/// One request, one fate: what of it must have been committed was, or nothing was.
bool IndexModel::TakeFates() {
  bool changed = false;
  probed_.resize(requests_.size(), kNever);
  for (size_t i = 0; i < requests_.size(); ++i) {
    const OpenRequest& request = *requests_[i];
    // Where nothing changed, nothing else follows.
    if (request.wire == WireProof::kNone && probed_[i] != ChangesAround(request)) {
      const bool follows = Probe(request);
      changed = changed || follows;
      probed_[i] = follows ? kNever : ChangesAround(request);
    }
  }
  return changed;
}

uint64_t IndexModel::ChangesAround(const OpenRequest& request) {
  uint64_t changes = 0;
  for (const Asked* asked : AskedOf(request)) {
    changes += network_.ChangesAround(asked->edge);
  }
  return changes;
}

bool IndexModel::Probe(const OpenRequest& request) {
  std::vector<Asked*> open;
  std::vector<Asked*> must;
  const bool one_fate = !MayHaveDiedMeanwhile(request);
  bool carried_out =
      request.answered_by_item() || (assumptions_.carried_out && IsPresumedCarriedOut(request));
  bool left_out = false;
  for (Asked* asked : AskedOf(request)) {
    carried_out = carried_out || (one_fate && asked->decision == Decision::kCommitted);
    const bool needed = MustCommit(*asked, rules_);
    left_out = left_out || (needed && asked->decision == Decision::kNotCommitted);
    if (asked->decision == Decision::kOpen) {
      open.push_back(asked);
      if (needed) {
        must.push_back(asked);
      }
    }
  }
  if (open.empty() || (!one_fate && !carried_out)) {
    return false;
  }
  const auto bounds = [](const std::vector<Asked*>& which, int32_t value) {
    std::vector<std::pair<Edge, int32_t>> fixed;
    for (const Asked* asked : which) {
      fixed.emplace_back(asked->edge, value);
    }
    return fixed;
  };
  const bool can_be_carried_out = !left_out && network_.FitsWith(bounds(must, 1));
  const bool can_be_left_out = !carried_out && network_.FitsWith(bounds(open, 0));
  bool changed = false;
  // What does not fit an assumption speaks against the assumption.
  if (!can_be_carried_out && can_be_left_out && !assumptions_.any()) {
    for (Asked* asked : open) {
      changed |= Set(*asked, Decision::kNotCommitted,
                     "its request was not carried out: no history that fits has all of it");
    }
  } else if (can_be_carried_out && !can_be_left_out) {
    for (Asked* asked : must) {
      changed |= Set(*asked, Decision::kCommitted,
                     assumptions_.carried_out
                         ? "its request reached the source whole"
                         : "its request was carried out: every history that fits has a part of it");
    }
  }
  return changed && network_.Solve();
}

bool IndexModel::IsPresumedCarriedOut(const OpenRequest& request) const {
  return request.presumably_received() && !MayHaveRestarted(request.RunsAtOnce());
}

/// Of a bulk that a node was at work on when it died, one shard may have its items and another not.
bool IndexModel::MayHaveDiedMeanwhile(const OpenRequest& request) const {
  return (request.server_left && !request.server_lived) || MayHaveRestarted(request.runs);
}

/// A node that dies takes all of its shards along: it did so when each of them may have changed its
/// primary.
bool IndexModel::MayHaveRestarted(const Span& span) const {
  for (const Shard& shard : index_.shards) {
    for (Span term : shard.new_terms) {
      for (const Shard& other : index_.shards) {
        for (const Span& also : other.new_terms) {
          term = Common(term, also).empty() ? term : Common(term, also);
        }
      }
      if (term.Meets(span)) {
        return true;
      }
    }
  }
  return false;
}

Decision IndexModel::DecisionOf(size_t question) const {
  const auto found = asked_.find(question);
  return found == asked_.end() ? Decision::kOpen : found->second.decision;
}

Decision IndexModel::DecisionOfRun(size_t run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? Decision::kOpen : found->second.decision;
}

std::string IndexModel::WordsFor(size_t question) const {
  const auto found = asked_.find(question);
  return found == asked_.end() ? "" : found->second.words;
}

std::optional<std::pair<uint32_t, int64_t>> IndexModel::NumberOf(size_t question) const {
  const auto found = asked_.find(question);
  if (found != asked_.end()) {
    for (const auto& [edge, number] : found->second.numbers) {
      if (network_.flow(edge) == 1) {
        return NumberOn(edge, number);
      }
    }
  }
  return std::nullopt;
}

}  // namespace trafrec::reconcile
