// Which versions that a journal shows may be whose.

#include <algorithm>

#include "reconcile/model/slot_rules.h"

namespace trafrec::reconcile {

/// A translog says what it was, else what is known of it.
Content SlotRules::ContentBefore(const Slot& slot) {
  return slot.effect == nullptr ? slot.content
                                : Content{.whole = true, .fields = slot.effect->before};
}

/// Sources give 15 bytes, or 16, in the alphabet of URLs (RFC 4648, section 5).
bool SlotRules::MayBeAutomatic(const std::string& id) {
  return (id.size() == 20 || id.size() == 22) && std::ranges::all_of(id, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  c == '-' || c == '_';
         });
}

bool SlotRules::MayBeNew(const Question& question, const Slot& slot) const {
  const bool first = slot.before != Presence::kPresent;
  // What others changed later shows the last of them, and not what was put there first.
  const bool same = slot.most > 1 || !slot.leaves ||
                    question.change.how != Change::How::kReplaces ||
                    Includes(*slot.leaves, question.change.fields);
  // A single operation that left no document made none.
  const bool made = slot.after != Presence::kAbsent || slot.most > 1;
  return first && same && made && !IsOthers(question, slot) &&
         (slot.effect == nullptr || FitsEffect(question, slot)) &&
         MayBeAutomatic(index_.documents[slot.document].id) && slot.ran.Meets(RunOf(question));
}

bool SlotRules::Accounts(size_t number, const Slot& slot, bool apart) const {
  const Question& question = history_.questions[number];
  const bool made_or_deleted = slot.before == Presence::kAbsent || slot.after == Presence::kAbsent;
  if (!(apart && made_or_deleted) && !question.writer.Marks(*slot.effect)) {
    return false;
  }
  return question.automatic_id ? MayBeNew(question, slot) : MayRun(number, slot);
}

bool SlotRules::Accounts(const ByQueryRun& run, const Slot& slot, bool apart) const {
  if (!Reaches(history_, run, index_) || !MayRun(run, slot)) {
    return false;
  }
  if (slot.after != Presence::kAbsent) {
    return run.writer.Marks(*slot.effect);
  }
  return apart && run.selection.Finds(index_.documents[slot.document].id, ContentBefore(slot)) ==
                      Match::kYes;
}

/// What changed nothing has no mark of its writer: whoever put the same before may have come
/// second.
bool SlotRules::MayRepeat(size_t number, const Slot& slot) const {
  return slot.after != Presence::kAbsent && slot.effect->fields.empty() && MayRun(number, slot);
}

}  // namespace trafrec::reconcile
