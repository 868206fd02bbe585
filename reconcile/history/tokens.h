#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "reconcile/history/facts.h"

namespace trafrec::reconcile {

struct History;

/// Texts that tell one writer from another. An answer that shows a text which a single operation of
/// the log wrote shows that this operation was committed; unless the client may have sent it again
/// within what was lost.
class TokenIndex {
 public:
  /// Forgets all writers; of those that follow it counts only texts that questions have. For a log
  /// that is read again from its begin.
  void CountAskedOnly();
  /// The texts of an operation's body, whatever became of it.
  void AddWriter(const std::vector<Print>& tokens);
  void AddQuestion(size_t number, const std::vector<Print>& tokens);
  /// An answer shows a document. Questions that are asked later are not looked for.
  void AddSight(const History& history, const Sight& sight);
  /// A request of which the log lacks bytes was sent, and may have written any text: what another
  /// one, which its client took for lost, had.
  void AddUnread(const store::ExchangeId& id, TimeNs sent_at, bool answered) {
    unread_.push_back({id, sent_at, answered});
  }
  /// There are writers whose texts are not known: nothing follows from a text any more.
  void Mistrust() { mistrusted_ = true; }
  /// Marks the questions that were shown, once all writers are known.
  void Take(History& history) const;

 private:
  struct Shown {
    size_t question;
    Print token;
    store::ExchangeId by;
    TimeNs until;
  };

  struct Unread {
    store::ExchangeId id;
    TimeNs sent_at;
    bool answered;
  };

  bool MayHaveBeenSentAgain(const History& history, const Question& question, TimeNs until) const;

  std::unordered_map<Print, uint32_t> writers_;  ///< in how many operations each stands
  std::unordered_map<Print, size_t> asked_by_;   ///< the first question with it
  std::vector<Shown> shown_;
  std::vector<Unread> unread_;
  bool asked_only_ = false;
  bool mistrusted_ = false;
};

}  // namespace trafrec::reconcile
