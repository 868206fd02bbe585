#include "reconcile/model/slot_rules.h"

#include <algorithm>

#include "reconcile/history/limits.h"

namespace trafrec::reconcile {
namespace {

using dialect::Kind;

}  // namespace

bool SlotRules::LostMeets(const Span& span) const {
  return MayHaveLost(history_, index_, span, assumptions_.apart);
}

/// Whether something was done to it of which the answer is there, and not the request.
bool SlotRules::AnyLoose(const Document& document, const Span& within) const {
  const auto [begin, end] = index_.loose.equal_range(document.id);
  return std::any_of(begin, end,
                     [&](const auto& loose) { return loose.second->ran.Meets(within); });
}

/// An answer without its request is to one on its own connection.
bool SlotRules::IsOthers(const Question& question, const Slot& slot) const {
  return slot.answer != nullptr &&
         slot.answer->connection != history_.requests[question.request].connection;
}

bool SlotRules::MayDelete(const Slot& slot, const Span& within,
                          std::optional<size_t> beside) const {
  const Document& document = index_.documents[slot.document];
  const auto deletes = [&](size_t number) {
    const Question& question = history_.questions[number];
    const OpenRequest& request = history_.requests[question.request];
    return number != beside && question.deletes && request.wire == WireProof::kNone &&
           RunOf(question).Meets(within);
  };
  return std::ranges::any_of(document.questions, deletes) || AnyLoose(document, within) ||
         AnyByQuery(within,
                    [&](const ByQueryRun& run) { return run.deletes && MayFind(run, slot); }) ||
         LostMeets(within);
}

bool SlotRules::MayMake(const Slot& slot, const Span& within, std::optional<size_t> beside) const {
  const Document& document = index_.documents[slot.document];
  const auto makes = [&](size_t number) {
    const Question& question = history_.questions[number];
    const OpenRequest& request = history_.requests[question.request];
    return number != beside && question.makes && request.wire == WireProof::kNone &&
           RunOf(question).Meets(within);
  };
  return std::ranges::any_of(document.questions, makes) || AnyLoose(document, within) ||
         AnyNew(slot, within, [](const Question&) { return true; }) ||
         AnyByQuery(within, [](const ByQueryRun& run) { return run.makes; }) || LostMeets(within);
}

/// Whether a document may have been put first by one whose id nobody saw being given.
template <typename Is>
bool SlotRules::AnyNew(const Slot& slot, const Span& within, const Is& is) const {
  return slot.before != Presence::kPresent && MayBeAutomatic(index_.documents[slot.document].id) &&
         std::ranges::any_of(index_.questions, [&](size_t number) {
           const Question& question = history_.questions[number];
           return question.automatic_id &&
                  history_.requests[question.request].wire == WireProof::kNone &&
                  RunOf(question).Meets(within) && MayBeNew(question, slot) && is(question);
         });
}

/// The only operation of its stretch: the states before and after are its own.
bool SlotRules::FitsOnly(const Question& question, const Slot& slot) {
  const bool deletes = question.kind == Kind::kDelete;
  if ((slot.after == Presence::kAbsent && !question.deletes) ||
      (slot.after == Presence::kPresent && deletes)) {
    return false;
  }
  // What it puts there stands there afterwards.
  const bool puts =
      question.change.how == Change::How::kReplaces || question.change.how == Change::How::kMerges;
  if (slot.leaves && (deletes || (puts && !Includes(*slot.leaves, question.change.fields)))) {
    return false;
  }
  if (slot.before == Presence::kPresent && question.kind == Kind::kCreate) {
    return false;
  }
  if (slot.effect != nullptr && !FitsEffect(question, slot)) {
    return false;
  }
  return slot.before != Presence::kAbsent || question.makes || deletes;
}

/// A translog has what was there before, and after.
bool SlotRules::FitsEffect(const Question& question, const Slot& slot) {
  const dialect::Condition& condition = question.condition;
  if ((condition.if_seq_no && *condition.if_seq_no != slot.known_before) ||
      (question.external && condition.version && condition.version != slot.version)) {
    return false;
  }
  if (slot.after == Presence::kAbsent) {
    return true;
  }
  Content content{.whole = true, .fields = slot.effect->before};
  content.Apply(question.change);
  const bool exact =
      question.change.how == Change::How::kReplaces || question.change.how == Change::How::kMerges;
  if (exact && slot.leaves && !Includes(content.fields, *slot.leaves)) {
    return false;
  }
  return question.writer.CanLeave(*slot.effect);
}

/// A by-query request without a script writes what is there again.
bool SlotRules::FitsEffect(const ByQueryRun& run, const Slot& slot) {
  if (slot.after == Presence::kAbsent) {
    return true;
  }
  return run.writer.CanLeave(*slot.effect) &&
         (run.makes || !run.change.script.empty() || slot.effect->fields.empty());
}

/// It was seen not to be there after this had put it there, and nobody can have deleted it.
bool SlotRules::ContradictsAbsence(const Question& question, size_t number, const Slot& slot,
                                   const Span& runs) const {
  if (question.deletes) {
    return false;
  }
  const Document& document = index_.documents[slot.document];
  return std::ranges::any_of(document.absences, [&](const Sight& absence) {
    return absence.at.from > runs.until && absence.at.until < slot.next_from &&
           absence.at.from >= slot.ran.from &&
           !MayDelete(slot, {runs.from, absence.at.until}, number);
  });
}

/// The number and version that the client asked for stand in that stretch, or right before it.
bool SlotRules::MeetsCondition(const Question& question, const Slot& slot) {
  const dialect::Condition& condition = question.condition;
  if (condition.if_seq_no &&
      (*condition.if_seq_no < slot.known_before || *condition.if_seq_no >= slot.below)) {
    return false;
  }
  if (!condition.version || !question.external) {
    return true;
  }
  // With external_gte a version may be that of the one before.
  const int64_t step = condition.version_type == dialect::VersionType::kExternal ? 1 : 0;
  return (!slot.version_above || *condition.version >= *slot.version_above + step) &&
         (!slot.version_below || *condition.version <= *slot.version_below);
}

Span SlotRules::RunOf(const OpenRequest& request) const {
  return assumptions_.carried_out ? request.RunsSoon() : request.runs;
}

Span SlotRules::RunOf(const Question& question) const {
  Span run = RunOf(history_.requests[question.request]);
  run.until = std::min(run.until, question.shown_until);
  return run;
}

bool SlotRules::MayRun(size_t number, const Slot& slot) const {
  const Question& question = history_.questions[number];
  const Span runs = Common(RunOf(question), slot.ran);
  if (runs.empty()) {
    return false;
  }
  if (!MeetsCondition(question, slot) || (slot.deletes && !question.deletes) ||
      IsOthers(question, slot)) {
    return false;
  }
  if (slot.least == 1 && slot.most == 1) {
    return FitsOnly(question, slot);
  }
  if (question.kind == Kind::kCreate && slot.before == Presence::kPresent &&
      !MayDelete(slot, slot.UpTo(runs.until), number)) {
    return false;
  }
  if (question.kind == Kind::kUpdate && !question.makes && slot.before == Presence::kAbsent &&
      !MayMake(slot, slot.UpTo(runs.until), number)) {
    return false;
  }
  return !ContradictsAbsence(question, number, slot, runs);
}

/// Whether its query may find the document as it may have been in that stretch. What a request
/// found it changes only if it is still the same (its snapshot's number is its condition), so that
/// in a stretch of one operation the content before it decides.
bool SlotRules::MayFind(const ByQueryRun& run, const Slot& slot) const {
  const Document& document = index_.documents[slot.document];
  if (run.selection.Finds(document.id, ContentBefore(slot)) != Match::kNo) {
    return true;
  }
  if (slot.least == 1 && slot.most == 1) {
    return false;
  }
  // What may have changed it before.
  const Span before = slot.UpTo(run.ran.until);
  if (LostMeets(before)) {
    return true;
  }
  const auto may_find_after = [&](const Change& change) {
    Content content = slot.content;
    content.Apply(change);
    return run.selection.Finds(document.id, content) != Match::kNo;
  };
  return std::ranges::any_of(document.questions,
                             [&](size_t number) {
                               const Question& question = history_.questions[number];
                               return question.change.how != Change::How::kDeletes &&
                                      RunOf(question).Meets(before) &&
                                      may_find_after(question.change);
                             }) ||
         AnyNew(slot, before,
                [&](const Question& question) { return may_find_after(question.change); }) ||
         AnyByQuery(before, [&](const ByQueryRun& other) {
           return other.makes || may_find_after(other.change);
         });
}

bool SlotRules::MayRun(const ByQueryRun& run, const Slot& slot) const {
  if (!run.ran.Meets(slot.ran) || run.writes == 0 || (slot.deletes && !run.deletes) ||
      (!run.makes && !MayFind(run, slot)) || slot.answer != nullptr) {
    return false;
  }
  if (slot.least == 1 && slot.most == 1) {
    return (slot.before != Presence::kAbsent || run.makes) &&
           (slot.after != Presence::kAbsent || run.deletes) &&
           (slot.effect == nullptr || FitsEffect(run, slot));
  }
  return slot.before != Presence::kAbsent || run.makes ||
         MayMake(slot, slot.UpTo(run.ran.until), std::nullopt);
}

/// One that nobody else can have written just before, or meanwhile: searches have seen it as it is.
/// Whatever may have been done to it earlier has left it there, and to be found.
bool SlotRules::SurelyFinds(const ByQueryRun& run, const Slot& slot) const {
  const Document& document = index_.documents[slot.document];
  const Span since{slot.ran.from, run.ran.until};
  const TimeNs seen_by = run.ran.from - limits::kVisibleNs;
  if (slot.most == 0 || slot.before != Presence::kPresent || slot.ran.from > seen_by ||
      slot.ran.until <= run.ran.until || LostMeets(since) ||
      run.selection.Finds(document.id, slot.content) != Match::kYes) {
    return false;  // what may have been done to it does not make it surer
  }
  Content content = slot.content;
  const auto harms = [&](const Span& ran, bool deletes, const Change& change) {
    content.MayApply(change);
    return deletes || ran.until >= seen_by;
  };
  const auto question_harms = [&](size_t number) {
    const Question& question = history_.questions[number];
    return history_.requests[question.request].wire == WireProof::kNone &&
           RunOf(question).Meets(since) &&
           harms(RunOf(question), question.deletes, question.change);
  };
  return !std::ranges::any_of(document.questions, question_harms) &&
         !AnyByQuery(since,
                     [&](const ByQueryRun& other) {
                       return &other != &run && (other.makes || MayFind(other, slot)) &&
                              harms(other.ran, other.makes || other.deletes, other.change);
                     }) &&
         run.selection.Finds(document.id, content) == Match::kYes;
}

bool SlotRules::SurelyChanges(const ByQueryRun& run) const {
  return run.changes_all && std::ranges::any_of(index_.documents, [&](const Document& document) {
           return std::ranges::any_of(document.slots,
                                      [&](const Slot& slot) { return SurelyFinds(run, slot); });
         });
}

bool SlotRules::MayRun(const LostTraffic& lost, const Slot& slot) const {
  return lost.ran.Meets(slot.ran);
}

}  // namespace trafrec::reconcile
