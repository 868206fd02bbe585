// The part of Pairing that decides which request a response answers; the rule is in pairing.cc.

#include <algorithm>

#include "reassembly/http/pairing.h"

namespace trafrec::reassembly {

size_t Pairing::Fitting(uint64_t start, std::optional<uint64_t> peer_offset) const {
  size_t fitting = size();
  if (peer_offset) {
    const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
    fitting = static_cast<size_t>(
        std::lower_bound(begin, entries_.end(), *peer_offset,
                         [](const Entry& e, uint64_t bound) { return e.start < bound; }) -
        begin);
  }
  // What a client knew only grows, so those that asked too late are the last ones.
  if (fitting == 0 && size() > 0 && entry(0).before_capture) {
    fitting = 1;
  }
  while (fitting > 0 && entry(fitting - 1).answer_from.value_or(0) > start) {
    --fitting;
  }
  return fitting;
}

Pairing::Decision Pairing::Decide(uint64_t start, std::optional<uint64_t> peer_offset) const {
  const size_t fitting = Fitting(start, peer_offset);
  if (fitting == 0) {
    return {.kind = responses_lost_ ? Kind::kImplausible : Kind::kUnrequested};
  }
  if (!responses_lost_ && entry(0).exchange != nullptr) {
    return {.kind = Kind::kPaired, .index = 0, .fitting = fitting};
  }
  return DecideUnproved(fitting, start);
}

Pairing::Decision Pairing::DecideUnproved(size_t fitting, uint64_t start) const {
  // Nothing is outstanding before the first, and no other answer fits before this one.
  const Entry& first = entry(0);
  if (first.exchange != nullptr && first.answer_from && start - *first.answer_from < kSlackBytes) {
    return {.kind = Kind::kPaired, .index = 0, .fitting = fitting};
  }
  if (const auto head = BurstHead(fitting)) {
    return DecideInBurst(*head, fitting, start);
  }
  size_t last = fitting;
  size_t requests = 0;
  for (size_t i = fitting; i > 0; --i) {
    if (entry(i - 1).exchange != nullptr) {
      last = last == fitting ? i - 1 : last;
      if (++requests > 1) {
        break;
      }
    }
  }
  if (requests == 0) {
    return {.kind = Kind::kUnrequested, .fitting = fitting};
  }
  const bool only_one = requests == 1 && fitting == 1;
  const auto& from = entry(last).answer_from;
  if (pipelined_ || !from) {
    return {.kind = only_one ? Kind::kPaired : Kind::kAmbiguous, .index = 0, .fitting = fitting};
  }
  if (start - *from < kSlackBytes) {
    const bool proved = HiddenOnesAnswered(last);
    return {.kind = proved ? Kind::kPaired : Kind::kAmbiguous, .index = last, .fitting = fitting};
  }
  // The answer to `last` began in the part that is missing. This one is for a request that was
  // missed after it, if there was one.
  return {.kind = last + 1 < fitting ? Kind::kUnrequested : Kind::kImplausible, .fitting = fitting};
}

std::optional<size_t> Pairing::BurstHead(size_t fitting) const {
  const uint64_t burst = entry(fitting - 1).burst;
  if (!pipelined_ || overlaps_ || drained_bursts_ < kBurstsTrusted || burst == kNoBurst) {
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
    return {.kind = Kind::kPaired, .index = head, .fitting = fitting};
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
            .fitting = fitting};
  }
  return {.kind = Kind::kAmbiguous, .fitting = fitting};
}

bool Pairing::HiddenOnesAnswered(size_t before) const {
  if (turns_ >= kTurnsTrusted) {
    return true;
  }
  for (size_t i = 0; i < before; ++i) {
    const Entry& hidden = entry(i);
    if (hidden.exchange == nullptr && shortest_request_ != UINT64_MAX &&
        hidden.known + hidden.hidden_bytes / shortest_request_ > hidden.hidden_answers) {
      return false;
    }
  }
  return true;
}

}  // namespace trafrec::reassembly
