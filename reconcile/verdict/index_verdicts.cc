#include "reconcile/verdict/index_verdicts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/model/index_model.h"
#include "reconcile/model/indices.h"
#include "reconcile/model/window.h"
#include "reconcile/verdict/open_words.h"
#include "reconcile/verdict/unseen.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;

/// What is presumed of an index: the first of these under which a history fits. Where all that is
/// presumed cannot be so, that speaks against a part of it, and not against the rest. Under the
/// first, what documents were is told by it, too.
constexpr std::array<Assumptions, 5> kPresumed = {
    {{.apart = true, .carried_out = true, .late = true},
     {.apart = true, .carried_out = true, .late = true},
     {.apart = false, .carried_out = true, .late = true},
     {.apart = true, .carried_out = false, .late = true},
     {.apart = false, .carried_out = false, .late = true}}};

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

class Judging {
 public:
  Judging(const History& history, const Indices& indices, Judgement& judgement)
      : history_(history), indices_(indices), judgement_(judgement) {}

  /// Window by window. What must hold of a history in all of them is found out on the way: if it
  /// does not, all are judged again without it.
  void JudgeIndex(const std::string& name, const std::vector<Window>& windows) {
    const size_t missing = judgement_.missing.size();
    How how;
    for (size_t i = 0; i < windows.size();) {
      const How before = how;
      if (!JudgeWindow(name, windows[i], how)) {
        Forget(missing);
        return;
      }
      const bool again = i > 0 && how != before;
      i = again ? 0 : i + 1;
      if (again) {
        Forget(missing);
      }
    }
    if (how.unrecorded) {
      AddNote(name,
              "no history of what is recorded fits: somebody wrote whom nobody recorded, or the "
              "evidence is wrong; its operations stay unknown where no answer of their own says "
              "what became of them");
    }
    SortMissing(missing);
    taken_.clear();
  }

 private:
  /// How an index is judged.
  struct How {
    bool unrecorded = false;  ///< histories fit only if somebody wrote whom nobody recorded
    /// Which of kPresumed: the first under which a history fits.
    size_t presumed = 0;

    friend bool operator==(const How&, const How&) = default;
  };

  /// False: nothing can be said of the index, and a note says why.
  bool JudgeWindow(const std::string& name, const Window& window, How& how) {
    const IndexHistory index = indices_.Make(name, false, window);
    if (!index.trouble.empty()) {
      AddNote(name, fmt::format("{}; its operations stay unknown", index.trouble));
      return false;
    }
    for (const size_t question : index.told) {
      PlaceTold(index, question);
    }
    if (indices_.QuestionsOf(name).empty() && RunsIn(name, Window{}).empty()) {
      return true;
    }
    const bool unrecorded = how.unrecorded;
    if (!TakeProven(index, how)) {
      AddNote(name,
              "no history fits what the log shows, which is an error of ours or of the log: its "
              "operations stay unknown");
      return false;
    }
    const IndexHistory apart = indices_.Make(name, true, window);
    TakePresumed(index, apart, unrecorded, how);
    return true;
  }

  /// False: no history fits.
  bool TakeProven(const IndexHistory& index, How& how) {
    IndexModel proven(history_, index, {}, how.unrecorded);
    if (!proven.Decide()) {
      return false;
    }
    how.unrecorded = proven.unrecorded();
    for (const size_t question : AskedIn(index)) {
      TakeProven(index, proven, question);
    }
    for (const size_t run : RunsIn(index.name, index.window)) {
      TakeRun(proven, run, nullptr);
    }
    AddMissing(index, proven);
    return true;
  }

  /// `unrecorded`: it is known of another window.
  void TakePresumed(const IndexHistory& index, const IndexHistory& apart, bool unrecorded,
                    How& how) {
    std::optional<IndexModel> presumed;
    for (; how.presumed < kPresumed.size(); ++how.presumed) {
      const Assumptions& assumptions = kPresumed[how.presumed];
      if (!assumptions.apart && !assumptions.carried_out && history_.journals.empty()) {
        continue;  // nothing is presumed
      }
      const IndexHistory& each = how.presumed == 0 ? apart : index;
      presumed.emplace(history_, each, assumptions, unrecorded);
      if (presumed->Decide() && presumed->unrecorded() == how.unrecorded) {
        for (const size_t question : Denied(index, *presumed, each, assumptions, unrecorded)) {
          presumed->Deny(question);
        }
        break;
      }
      presumed.reset();
    }
    for (const size_t question : AskedIn(index)) {
      TakePresumed(index, presumed ? &*presumed : nullptr, how, question);
    }
    if (presumed) {
      for (const size_t run : RunsIn(index.name, index.window)) {
        TakeRun(*presumed, run, &kPresumed[how.presumed]);
      }
    }
  }

  /// Those of the window's own requests.
  std::vector<size_t> AskedIn(const IndexHistory& index) const {
    std::vector<size_t> asked;
    std::ranges::copy_if(index.questions, std::back_inserter(asked),
                         [&](size_t question) { return index.window.Asks(RequestOf(question)); });
    return asked;
  }

  const OpenRequest& RequestOf(size_t question) const {
    return history_.requests[history_.questions[question].request];
  }

  /// Those from `first` on are of one index. Two windows may say the same, as what is seen of a
  /// document that only one of them has may narrow a number's time.
  void SortMissing(size_t first) {
    std::vector<MissingMutation>& missing = judgement_.missing;
    const auto number = [](const MissingMutation& each) {
      return std::pair(each.shard, each.seq_no);
    };
    const auto begin = missing.begin() + static_cast<ptrdiff_t>(first);
    std::ranges::sort(begin, missing.end(), {}, number);
    const auto twice = std::ranges::unique(begin, missing.end(), {}, number);
    missing.erase(twice.begin(), twice.end());
  }

  /// Takes back what was found of the index at hand.
  void Forget(size_t missing) {
    for (const size_t question : taken_) {
      judgement_.findings[question] = {.question = question};
    }
    taken_.clear();
    judgement_.missing.resize(missing);
  }

  void AddNote(const std::string& index, const std::string& words) {
    judgement_.notes.push_back({.about = Note::About::kIndex,
                                .index = index,
                                .words = fmt::format("{}: {}", index, words)});
  }

  /// What was answered, if not with what became of it, was done rather than what was not answered:
  /// if the latter is presumed to have been carried out, it may have got the former's number.
  std::vector<size_t> Denied(const IndexHistory& index, const IndexModel& presumed,
                             const IndexHistory& by, Assumptions assumptions,
                             bool unrecorded) const {
    std::vector<size_t> denied;
    if (!assumptions.carried_out) {
      return denied;
    }
    for (const size_t question : index.questions) {
      if (history_.questions[question].answered &&
          presumed.DecisionOf(question) == Decision::kNotCommitted) {
        denied.push_back(question);
      }
    }
    if (denied.empty()) {
      return denied;
    }
    assumptions.carried_out = false;
    IndexModel other(history_, by, assumptions);
    const bool fits = !unrecorded && other.Decide() && !other.unrecorded();
    std::erase_if(denied, [&](size_t question) {
      return fits && other.DecisionOf(question) == Decision::kNotCommitted;
    });
    return denied;
  }

  /// By-query requests of the window in question that write this index, and no other.
  std::vector<size_t> RunsIn(const std::string& index, const Window& window) const {
    std::vector<size_t> runs;
    for (size_t i = 0; i < history_.by_query.size(); ++i) {
      const ByQueryRun& run = history_.by_query[i];
      if (run.request && run.indices.size() == 1 &&
          history_.IndexBehind(run.indices.front()) == index &&
          window.Asks(history_.requests[*run.request])) {
        runs.push_back(i);
      }
    }
    return runs;
  }

  /// That it has no number is not presumed: what others are presumed to have taken may be its own.
  void TakeRun(const IndexModel& model, size_t run, const Assumptions* presumed) {
    const size_t question = history_.requests[*history_.by_query[run].request].questions.front();
    Finding& finding = judgement_.findings[question];
    const Decision decision = model.DecisionOfRun(run);
    if (!finding.evidence.empty() || decision == Decision::kOpen ||
        (presumed != nullptr && decision == Decision::kNotCommitted)) {
      return;
    }
    taken_.push_back(question);
    finding.verdict = VerdictOf(decision);
    finding.evidence.push_back(
        {"history", decision == Decision::kCommitted
                        ? "some of the numbers that no answer names only its operations can have "
                          "taken"
                        : "none of the numbers that no answer names can be of an operation of it: "
                          "it was not carried out, or found nothing to change"});
    if (presumed != nullptr) {
      finding.grade = Grade::kPresumed;
      NameAssumptions(*presumed, finding);
    }
  }

  void NameAssumptions(const Assumptions& assumptions, Finding& finding) const {
    const auto name = [&](bool assumed, const char* words) {
      if (assumed) {
        finding.evidence.push_back({"assumption", words});
      }
    };
    name(assumptions.carried_out, "carried out: what the source received whole, it carried out");
    name(assumptions.carried_out,
         "at once: it ran as fast as other writes of its time, beside nothing that the log does "
         "not show; and what was sent again, and never acknowledged, did not arrive");
    name(assumptions.apart,
         "apart: what was lost in flows made and deleted no document in question");
    name(assumptions.late && !history_.journals.empty(), kLateWords);
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

  void TakeProven(const IndexHistory& index, const IndexModel& proven, size_t question) {
    Finding& finding = judgement_.findings[question];
    if (!finding.evidence.empty()) {
      return;  // the wire said all
    }
    if (const Decision decision = proven.DecisionOf(question); decision != Decision::kOpen) {
      finding.verdict = VerdictOf(decision);
      finding.evidence.push_back({"history", proven.WordsFor(question)});
      Place(index, proven, question, finding);
    } else if (IsSuperseded(question, history_, index)) {
      finding.verdict = Verdict::kSuperseded;
      finding.evidence.push_back(
          {"overwritten",
           "whatever it did, a later write of the document put another in its "
           "place, and nothing in between shows it"});
    } else {
      return;
    }
    taken_.push_back(question);
  }

  /// `presumed`: null if nothing can be presumed.
  void TakePresumed(const IndexHistory& index, const IndexModel* presumed, const How& how,
                    size_t question) {
    Finding& finding = judgement_.findings[question];
    if (!finding.evidence.empty()) {
      return;
    }
    taken_.push_back(question);
    if (presumed == nullptr || presumed->DecisionOf(question) == Decision::kOpen ||
        presumed->IsContradicted(question)) {
      finding.evidence.push_back(
          {"open", WhatWouldDecide(history_.questions[question], !history_.journals.empty())});
      return;
    }
    finding.verdict = VerdictOf(presumed->DecisionOf(question));
    finding.grade = Grade::kPresumed;
    finding.evidence.push_back({"history", presumed->WordsFor(question)});
    NameAssumptions(kPresumed[how.presumed], finding);
    Place(index, *presumed, question, finding);
  }

  static void Place(const IndexHistory& index, const IndexModel& by, size_t question,
                    Finding& finding) {
    if (finding.verdict == Verdict::kCommitted && !index.uuid.empty()) {
      if (const auto number = by.NumberOf(question)) {
        finding.position = PositionOf(index, *number);
      }
    }
  }

  void AddMissing(const IndexHistory& index, const IndexModel& model) {
    for (uint32_t shard = 0; shard < index.shards.size(); ++shard) {
      for (const Hole& hole : model.Unexplained(shard)) {
        if (hole.ran.until < index.window.asked.from || hole.ran.until > index.window.asked.until) {
          continue;  // another window says so
        }
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
  const Indices& indices_;
  Judgement& judgement_;
  std::vector<size_t> taken_;  ///< of the index at hand: findings that were made
};

}  // namespace

void JudgeIndices(const History& history, size_t window_questions, Judgement& judgement) {
  const Indices indices(history);
  Judging judging(history, indices, judgement);
  for (const std::string& name : indices.names()) {
    judging.JudgeIndex(name, WindowsOf(history, indices.QuestionsOf(name), window_questions));
  }
}

}  // namespace trafrec::reconcile
