// The part of Pairing that decides which request a response answers; the rule is in pairing.cc.

#include <algorithm>

#include "reassembly/http/pairing.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {

size_t Pairing::Fitting(const ResponseStart& start) const {
  size_t fitting = size();
  if (start.peer_offset) {
    const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
    fitting = static_cast<size_t>(
        std::lower_bound(begin, entries_.end(), *start.peer_offset,
                         [](const Entry& e, uint64_t bound) { return e.start < bound; }) -
        begin);
  }
  if (fitting == 0 && size() > 0 && entry(0).before_capture) {
    fitting = 1;
  }
  // What a client knew only grows, so those that asked too late are the last ones.
  while (fitting > 0 && entry(fitting - 1).answer_from.value_or(0) > start.offset) {
    --fitting;
  }
  return fitting;
}

Pairing::Decision Pairing::Decide(const ResponseStart& start) const {
  const size_t fitting = Fitting(start);
  if (fitting == 0) {
    return {.kind = responses_lost_ ? Kind::kImplausible : Kind::kUnrequested};
  }
  if (!responses_lost_ && entry(0).exchange != nullptr) {
    // A presumption that was wrong is not gone on with.
    const bool refuted = presumed_ && !pipelined_ && ShowsPipelining(entry(0), start);
    return {.kind = refuted ? Kind::kAmbiguous : Kind::kPaired, .index = 0, .fitting = fitting};
  }
  return DecideUnproved(fitting, start);
}

/// Of the requests seen, only the first so many are among the first `fitting` entries, or before.
uint64_t Pairing::Through(size_t fitting) const {
  if (fitting == 0) {
    return size() == 0 ? backlog_.asked() : entry(0).index;
  }
  const Entry& last = entry(fitting - 1);
  return last.index + (last.exchange != nullptr ? 1 : 0);
}

bool Pairing::MayAnswerHead(const Decision& decision) const {
  if (decision.kind == Kind::kPaired || decision.fitting == 0) {
    return decision.kind != Kind::kPaired;
  }
  const bool all = decision.fitting == size();
  const Entry& first = entry(0);
  return first.heads_before != (all ? heads_ : entry(decision.fitting).heads_before) ||
         first.places_before != (all ? places_ : entry(decision.fitting).places_before);
}

/// Where in the queue that request waits.
std::optional<size_t> Pairing::Find(int64_t request) const {
  if (request < static_cast<int64_t>(backlog_.first_request())) {
    return std::nullopt;
  }
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto after = std::upper_bound(
      begin, entries_.end(), request,
      [](int64_t index, const Entry& e) { return index < static_cast<int64_t>(e.index); });
  const auto found = static_cast<size_t>(after - begin);  // behind it
  if (found == 0 || entry(found - 1).exchange == nullptr ||
      static_cast<int64_t>(entry(found - 1).index) != request) {
    return std::nullopt;
  }
  return found - 1;
}

Pairing::Decision Pairing::DecideCounted(int64_t request, size_t fitting) const {
  const auto found = Find(request);
  if (!found) {
    return {.kind = Kind::kUnrequested, .fitting = fitting, .counted = true};
  }
  if (*found >= fitting) {
    return {.kind = Kind::kAmbiguous, .fitting = fitting};
  }
  return {.kind = Kind::kPaired,
          .index = *found,
          .fitting = fitting,
          .presumed = true,
          .over_hidden = true,
          .counted = true};
}

Pairing::Decision Pairing::DecideUnproved(size_t fitting, const ResponseStart& start) const {
  if (pipelined_) {
    if (const auto shift = backlog_.Shift(Through(fitting))) {
      return DecideCounted(static_cast<int64_t>(backlog_.answered()) + *shift, fitting);
    }
  }
  if (const auto head = BurstHead(fitting)) {
    return DecideInBurst(*head, fitting, start.offset);
  }
  const Entry& first = entry(0);
  if (pipelined_ && !start.proved && !first.after_quiet) {
    // What such a client knew ends at any place, so it proves nothing of what stands there.
    return {.kind = Kind::kAmbiguous, .fitting = fitting};
  }
  // Nothing is outstanding before the first, and no other answer fits before this one.
  if (first.exchange != nullptr && first.answer_from &&
      start.offset - *first.answer_from < kSlackBytes) {
    return {.kind = Kind::kPaired, .index = 0, .fitting = fitting};
  }
  size_t last = fitting;
  size_t requests = 0;
  for (size_t i = fitting; i > 0 && requests < 2; --i) {
    if (entry(i - 1).exchange != nullptr) {
      last = last == fitting ? i - 1 : last;
      ++requests;
    }
  }
  if (requests == 0) {
    return {.kind = Kind::kUnrequested, .fitting = fitting};
  }
  if (pipelined_ || !entry(last).answer_from) {
    const bool only_one = requests == 1 && fitting == 1;
    return {.kind = only_one ? Kind::kPaired : Kind::kAmbiguous,
            .fitting = fitting,
            .presumed = !pipelined_,
            .over_hidden = true};
  }
  return DecideByTurns(last, fitting, start.offset);
}

Pairing::Decision Pairing::DecideByTurns(size_t last, size_t fitting, uint64_t start) const {
  if (start - *entry(last).answer_from < kSlackBytes) {
    const bool paired = TakesTurns() || NoneLeftBefore(last);
    return {.kind = paired ? Kind::kPaired : Kind::kAmbiguous,
            .index = last,
            .fitting = fitting,
            .presumed = turns_ < kTurnsTrusted,
            .over_hidden = HiddenBefore(last),
            .in_turn = true};
  }
  // The answer to `last` began in the part that is missing. This one is for a request that was
  // missed after it, if there was one.
  return {.kind = last + 1 < fitting ? Kind::kUnrequested : Kind::kImplausible, .fitting = fitting};
}

/// A client that fills up a window looks like it, too, as long as it is shifted: only proof is soon
/// enough.
bool Pairing::TakesTurns() const {
  return turns_ + seen_turns_ >= (turns_ > 0 ? kTurnsPresumed : kTurnsOnlySeen);
}

bool Pairing::HiddenBefore(size_t last) const {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  return std::any_of(begin, begin + static_cast<std::ptrdiff_t>(last),
                     [](const Entry& e) { return e.exchange == nullptr; });
}

bool Pairing::NoneLeftBefore(size_t last) const {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  const uint64_t shortest = shortest_request_.value_or(kShortestRequestBytes);
  return std::none_of(begin, begin + static_cast<std::ptrdiff_t>(last), [&](const Entry& e) {
    return e.exchange == nullptr &&
           e.known + e.hidden_bytes / shortest > e.hidden_answers + e.presumed_answers;
  });
}

std::optional<size_t> Pairing::BurstHead(size_t fitting) const {
  const uint64_t burst = entry(fitting - 1).burst;
  if (!pipelined_ || overlaps_ || drained_bursts_ < kBurstsPresumed || burst == kNoBurst) {
    return std::nullopt;
  }
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto head =
      std::lower_bound(begin, begin + static_cast<std::ptrdiff_t>(fitting), burst,
                       [](const Entry& e, uint64_t bound) { return e.start < bound; });
  if (head->start != burst || head->exchange == nullptr) {
    return std::nullopt;
  }
  return static_cast<size_t>(head - begin);
}

Pairing::Decision Pairing::DecideInBurst(size_t head, size_t fitting, uint64_t start) const {
  if (start - *entry(head).answer_from < kSlackBytes) {
    return {.kind = Kind::kPaired, .index = head, .fitting = fitting, .presumed = true};
  }
  // The head's answer began in the part that is missing.
  const size_t left = fitting - head - 1;
  if (left == 0) {
    return {.kind = Kind::kImplausible, .fitting = fitting};
  }
  if (left == 1) {
    const bool seen = entry(fitting - 1).exchange != nullptr;
    return {.kind = seen ? Kind::kPaired : Kind::kUnrequested,
            .index = fitting - 1,
            .fitting = fitting,
            .presumed = true};
  }
  return {.kind = Kind::kAmbiguous, .fitting = fitting};
}

/// Requests whose answers cannot be told apart yet wait for what tells: they are marked, and go on
/// waiting.
void Pairing::Retain(size_t fitting, std::vector<Exchange*>& ambiguous) {
  size_t given_up = fitting - std::min(fitting, limits::kUndecided);
  for (size_t i = fitting; i > 0 && entry(i - 1).index >= doubted_through_; --i) {
    if (Exchange* const exchange = entry(i - 1).exchange) {
      exchange->flags |= store::FlagBit(store::Flag::kPairingAmbiguous);
      exchange->undecided = true;
      given_up = std::max(given_up, exchange->open_put ? i : 0);
    }
  }
  doubted_through_ = std::max(doubted_through_, Through(fitting));
  if (given_up > 0) {
    Pool(given_up, false, ambiguous);
  }
}

/// How many places behind an answer's its request stands, if this decision is right.
std::optional<int64_t> Pairing::ShiftBy(const Decision& decision,
                                        const ResponseStart& start) const {
  const uint64_t through = Through(Fitting(start));
  if (decision.counted) {
    return backlog_.Shift(through);
  }
  const int64_t shift =
      static_cast<int64_t>(entry(decision.index).index) - static_cast<int64_t>(backlog_.answered());
  return shift <= backlog_.Most(through) ? std::optional(shift) : std::nullopt;
}

Exchange* Pairing::RequestAt(const AnswerPlace& place, const Decision& decision,
                             const ResponseStart& start) const {
  const auto shift = ShiftBy(decision, start);
  const auto found = shift ? Find(static_cast<int64_t>(place.answer) + *shift) : std::nullopt;
  return found && place.count == backlog_.count_number() ? entry(*found).exchange : nullptr;
}

void Pairing::Settle(const Decision& decision, const ResponseStart& start) {
  if (const auto shift = ShiftBy(decision, start)) {
    backlog_.Settle(*shift);
    ForgetDoubts();
    presumed_ = presumed_over_hidden_ = true;
  }
}

Exchange* Pairing::TakeAt(const AnswerPlace& place, std::vector<Exchange*>& unanswered) {
  const auto shift = backlog_.Shift(0);
  const auto found = shift ? Find(static_cast<int64_t>(place.answer) + *shift) : std::nullopt;
  if (!found || place.count != backlog_.count_number()) {
    return nullptr;
  }
  for (size_t i = 0; i < *found; ++i) {
    if (Exchange* const missed = entry(i).exchange) {
      unanswered.push_back(missed);
    }
  }
  Exchange* const exchange = Paired(entry(*found));
  PopFront(*found + 1);
  return exchange;
}

/// Nothing is in doubt about it any more.
Exchange* Pairing::Paired(const Entry& answered) const {
  Exchange* const exchange = answered.exchange;
  exchange->flags &= ~store::FlagBit(store::Flag::kPairingAmbiguous);
  exchange->undecided = false;
  if (pipelined_ && answered.index >= backlog_.requests_proved_from()) {
    exchange->request().facts.flags &= ~store::FlagBit(store::Flag::kResynchronised);
  }
  return exchange;
}

void Pairing::ForgetDoubts() {
  for (size_t i = 0; i < size() && entry(i).index < doubted_through_; ++i) {
    if (Exchange* const exchange = entry(i).exchange) {
      exchange->undecided = false;
    }
  }
}

void Pairing::GiveUp(const Exchange& exchange, std::vector<Exchange*>& ambiguous) {
  for (size_t i = 0; i < size(); ++i) {
    if (entry(i).exchange == &exchange) {
      return Pool(i + 1, false, ambiguous);
    }
  }
}

}  // namespace trafrec::reassembly
