// The part of Pairing that decides which request a response answers; the rule is in pairing.cc.

#include <algorithm>

#include "reassembly/http/pairing.h"

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

Pairing::Decision Pairing::DecideUnproved(size_t fitting, const ResponseStart& start) const {
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
    const bool paired = turns_ + seen_turns_ >= kTurnsPresumed || NoneLeftBefore(last);
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

bool Pairing::HiddenBefore(size_t last) const {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  return std::any_of(begin, begin + static_cast<std::ptrdiff_t>(last),
                     [](const Entry& e) { return e.exchange == nullptr; });
}

bool Pairing::NoneLeftBefore(size_t last) const {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  const uint64_t shortest = shortest_request_.value_or(kShortestRequestBytes);
  return std::none_of(begin, begin + static_cast<std::ptrdiff_t>(last), [&](const Entry& e) {
    return e.exchange == nullptr && !e.before_capture &&
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
  const bool presumed = drained_bursts_ < kBurstsTrusted;
  if (start - *entry(head).answer_from < kSlackBytes) {
    return {.kind = Kind::kPaired, .index = head, .fitting = fitting, .presumed = presumed};
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
            .presumed = presumed};
  }
  return {.kind = Kind::kAmbiguous, .fitting = fitting};
}

}  // namespace trafrec::reassembly
