#include "reconcile/model/shard_numbers.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kMin = std::numeric_limits<TimeNs>::min();
constexpr TimeNs kMax = std::numeric_limits<TimeNs>::max();

}  // namespace

bool ShardNumbers::Finish(bool from_first, Shard& shard) {
  std::ranges::sort(known_, {}, [](const KnownNumber& number) {
    return std::tuple(number.seq_no, !number.by_answer);
  });
  const auto twice =
      std::ranges::adjacent_find(known_, [](const KnownNumber& a, const KnownNumber& b) {
        return a.seq_no == b.seq_no && a.by_answer && b.by_answer;
      });
  if (twice != known_.end()) {
    return false;
  }
  shard.highest = known_.empty() ? -1 : known_.back().seq_no;
  for (const ShardSight& sight : sights_) {
    shard.highest = std::max(shard.highest, sight.max_seq_no);
  }
  AddHoles(shard, from_first || known_.empty() ? 0 : known_.front().seq_no);
  Narrow(shard);
  NoteAbove(shard);
  NoteTerms(shard);
  return true;
}

void ShardNumbers::AddHoles(Shard& shard, int64_t first) const {
  size_t at = 0;
  for (int64_t seq_no = first; seq_no <= shard.highest; ++seq_no) {
    while (at < known_.size() && known_[at].seq_no < seq_no) {
      ++at;
    }
    if (at == known_.size() || known_[at].seq_no != seq_no || !known_[at].by_answer) {
      shard.holes.push_back({seq_no, {}});
    }
  }
}

/// A number was taken after every smaller one, and before every greater one.
void ShardNumbers::Narrow(Shard& shard) const {
  TimeNs from = kMin;
  size_t at = 0;
  for (Hole& hole : shard.holes) {
    for (; at < known_.size() && known_[at].seq_no < hole.seq_no; ++at) {
      from = std::max(from, known_[at].ran.from);
    }
    hole.ran.from = from;
    for (const ShardSight& sight : sights_) {
      if (hole.seq_no > sight.max_seq_no) {
        hole.ran.from = std::max(hole.ran.from, sight.at.from);
      } else {
        hole.ran.until = std::min(hole.ran.until, sight.at.until);
      }
    }
  }
  TimeNs until = kMax;
  size_t left = known_.size();
  for (size_t i = shard.holes.size(); i-- > 0;) {
    for (; left > 0 && known_[left - 1].seq_no >= shard.holes[i].seq_no; --left) {
      until = std::min(until, known_[left - 1].ran.until);
    }
    shard.holes[i].ran.until = std::min(shard.holes[i].ran.until, until);
  }
}

void ShardNumbers::NoteAbove(Shard& shard) const {
  for (const KnownNumber& number : known_) {
    shard.above_from = std::max(shard.above_from, number.ran.from);
  }
  for (const ShardSight& sight : sights_) {
    if (sight.max_seq_no == shard.highest) {
      shard.above_from = std::max(shard.above_from, sight.at.from);
    }
  }
}

void ShardNumbers::NoteTerms(Shard& shard) const {
  const KnownNumber* last = nullptr;
  for (const KnownNumber& number : known_) {
    if (number.term == 0) {
      continue;
    }
    if (last == nullptr || last->term != number.term) {
      shard.terms[number.seq_no] = number.term;
    }
    if (last != nullptr && last->term != number.term) {
      shard.new_terms.push_back({last->ran.from, number.ran.until});
    }
    last = &number;
  }
}

}  // namespace trafrec::reconcile
