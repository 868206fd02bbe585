#include "reconcile/history/tokens.h"

#include <algorithm>

#include "reconcile/history/history.h"

namespace trafrec::reconcile {

/// A client that sends again what nobody answered writes the same: that may have been lost. Or what
/// nobody answered, and nobody can read, was sent before, and this is what its client sent again.
bool TokenIndex::MayHaveBeenSentAgain(const History& history, const Question& question,
                                      TimeNs until) const {
  const OpenRequest& request = history.requests[question.request];
  const TimeNs from = request.runs.from;
  const auto has_room = [&](uint64_t body_bytes) {
    return body_bytes == 0 || body_bytes >= question.body_bytes;
  };
  const auto lost_one = [&](const LostTraffic& lost) {
    return !lost.recorded && lost.sent_by > from && lost.ran.from <= until &&
           lost.ran.until >= from && has_room(lost.body_bytes);
  };
  const auto unread_one = [&](const Unread& unread) {
    return unread.id != request.id && unread.sent_at <= until &&
           (unread.sent_at > from || !unread.answered) && has_room(unread.body_bytes) &&
           (unread.document.empty() || unread.document == question.document.id);
  };
  return std::ranges::any_of(history.lost, lost_one) || std::ranges::any_of(unread_, unread_one);
}

void TokenIndex::CountAskedOnly() {
  asked_only_ = true;
  writers_.clear();
  shown_.clear();
}

void TokenIndex::AddWriter(const std::vector<Print>& tokens) {
  if (asked_only_ && asked_by_.empty()) {
    return;
  }
  for (const Print token : tokens) {
    if (!asked_only_ || asked_by_.contains(token)) {
      ++writers_[token];
    }
  }
}

void TokenIndex::AddQuestion(size_t number, const std::vector<Print>& tokens) {
  for (const Print token : tokens) {
    asked_by_.try_emplace(token, number);
  }
}

void TokenIndex::AddSight(const History& history, const Sight& sight) {
  for (const Print token : sight.tokens) {
    const auto asked = asked_by_.find(token);
    if (asked == asked_by_.end()) {
      continue;
    }
    const Question& question = history.questions[asked->second];
    const bool same = question.automatic_id ||
                      (question.document.id == sight.document.id &&
                       history.IndexBehind(question.document.index) == sight.document.index);
    if (same && sight.at.until > history.requests[question.request].runs.from) {
      shown_.push_back({asked->second, token, sight.by, sight.at.until});
    }
  }
}

void TokenIndex::Take(History& history) const {
  if (mistrusted_) {
    return;
  }
  for (Question& question : history.questions) {
    question.own_text = std::ranges::any_of(question.tokens, [&](Print token) {
      const auto writers = writers_.find(token);
      return writers != writers_.end() && writers->second == 1;
    });
  }
  for (const Shown& shown : shown_) {
    Question& question = history.questions[shown.question];
    const auto writers = writers_.find(shown.token);
    if (writers != writers_.end() && writers->second == 1 &&
        !MayHaveBeenSentAgain(history, question, shown.until)) {
      question.shown_by = shown.by;
      question.shown_until = std::min(question.shown_until, shown.until);
    }
  }
}

}  // namespace trafrec::reconcile
