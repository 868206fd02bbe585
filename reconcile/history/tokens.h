#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
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
  /// An operation of which the log lacks what it writes: it may be what its client had sent before,
  /// and took for lost, or what it sent again later.
  struct Unread {
    store::ExchangeId id{};
    TimeNs sent_at = 0;
    bool answered = false;
    uint64_t body_bytes = 0;  ///< of its request; 0: nobody knows
    std::string document{};   ///< its id; "": of any
  };
  void AddUnread(Unread unread) { unread_.push_back(std::move(unread)); }
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

  bool MayHaveBeenSentAgain(const History& history, const Question& question, TimeNs until) const;

  std::unordered_map<Print, uint32_t> writers_;  ///< in how many operations each stands
  std::unordered_map<Print, size_t> asked_by_;   ///< the first question with it
  std::vector<Shown> shown_;
  std::vector<Unread> unread_;
  bool asked_only_ = false;
  bool mistrusted_ = false;
};

}  // namespace trafrec::reconcile
