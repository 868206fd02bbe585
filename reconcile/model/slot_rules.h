#pragma once

#include <algorithm>
#include <string>

#include "reconcile/model/index_history.h"

namespace trafrec::reconcile {

/// What is taken for granted beside the log. Verdicts that need it are presumed, not proven.
struct Assumptions {
  /// What was lost in flows that were seen otherwise made and deleted no document of which
  /// something is asked.
  bool apart = false;
  /// What the source received whole, it carried out, and not much later than what it answered.
  bool carried_out = false;
  /// A translog was copied after the source had carried out all of the log.
  bool late = false;

  bool any() const { return apart || carried_out || late; }
};

/// What of a document's state follows for the operations that may have been in a stretch of its
/// history: a create needs that it was not there, an update that it was. State flows from any
/// operation of the stretch that is not decided, not from those at the same time alone.
class SlotRules {
 public:
  SlotRules(const History& history, const IndexHistory& index, const Assumptions& assumptions)
      : history_(history), index_(index), assumptions_(assumptions) {}

  /// If a request was carried out, or an operation of it, then within it.
  Span RunOf(const OpenRequest& request) const;
  Span RunOf(const Question& question) const;

  /// Whether the question's operation may have been committed in that stretch.
  bool MayRun(size_t question, const Slot& slot) const;
  bool MayRun(const ByQueryRun& run, const Slot& slot) const;
  bool MayRun(const LostTraffic& lost, const Slot& slot) const;

  /// Whether a new document may be what such a request made, whose id nobody saw being given.
  bool MayBeNew(const Question& question, const Slot& slot) const;
  /// Whether the question's operation may have made a version that a translog shows, and whoever
  /// else made it asked for the same; `apart`: or made or deleted no document in question.
  bool Accounts(size_t question, const Slot& slot, bool apart) const;
  /// The same of a by-query request that nobody answered.
  bool Accounts(const ByQueryRun& run, const Slot& slot, bool apart) const;

  /// Whether it may have put there once more what stood there already.
  bool MayRepeat(size_t question, const Slot& slot) const;

  /// Whether there is a document that it finds and changes if it was carried out.
  bool SurelyChanges(const ByQueryRun& run) const;

  /// In words, why the question's operation was presumably refused, or never arrived; "" if nothing
  /// says so. `document`: null if it names none.
  std::string WhyRefused(size_t question, const Document* document) const;

  /// Whether the question's operation was committed if its request was carried out.
  bool MustCommit(size_t question, const Document& document) const;

 private:
  static Content ContentBefore(const Slot& slot);
  static bool MayBeAutomatic(const std::string& id);
  bool AnyLoose(const Document& document, const Span& within) const;
  template <typename Is>
  bool AnyNew(const Slot& slot, const Span& within, const Is& is) const;
  bool IsOthers(const Question& question, const Slot& slot) const;
  bool MayDelete(const Slot& slot, const Span& within, std::optional<size_t> beside) const;
  bool MayFind(const ByQueryRun& run, const Slot& slot) const;
  bool SurelyFinds(const ByQueryRun& run, const Slot& slot) const;
  bool MayMake(const Slot& slot, const Span& within, std::optional<size_t> beside) const;
  bool ContradictsAbsence(const Question& question, size_t number, const Slot& slot,
                          const Span& runs) const;
  static bool MeetsCondition(const Question& question, const Slot& slot);
  bool MayConflict(size_t question, const Document& document) const;
  bool MustUpdate(size_t question, const Document& document) const;
  bool IsSurely(Presence presence, size_t question, const Document& document) const;
  bool IsSoNow(Presence presence, size_t question, const Document& document) const;
  bool MayHaveRivals(Presence presence, size_t question, const Document& document,
                     const Span& within) const;
  bool MayRunAtOnce(size_t question, const Span& within) const;
  bool MeetsConditionNow(size_t question, const Document& document) const;
  bool IsNumberNow(size_t question, const Document& document) const;
  bool PresumablyFinds(const ByQueryRun& run, const Slot& slot) const;
  bool AnyOthersLoose(size_t question, const Document& document, const Span& within) const;
  bool IsTaken(const Question& question) const;
  static bool FitsOnly(const Question& question, const Slot& slot);
  static bool FitsEffect(const Question& question, const Slot& slot);
  static bool FitsEffect(const ByQueryRun& run, const Slot& slot);
  bool LostMeets(const Span& span) const;
  template <typename Is>
  bool AnyByQuery(const Span& within, const Is& is) const {
    return index_.times->by_query.Any(within, [&](size_t number) {
      const ByQueryRun& run = history_.by_query[number];
      return Reaches(history_, run, index_) && is(run);
    });
  }

  const History& history_;
  const IndexHistory& index_;
  const Assumptions assumptions_;
};

}  // namespace trafrec::reconcile
