#include "reconcile/model/shard_numbers.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace trafrec::reconcile {
namespace {

/// Of a shard; 40 bytes each. A recorder that was away for long misses more, and an answer may name
/// any number.
constexpr size_t kHoles = 500'000;

constexpr TimeNs kMin = std::numeric_limits<TimeNs>::min();
constexpr TimeNs kMax = std::numeric_limits<TimeNs>::max();

}  // namespace

ShardNumbers::Trouble ShardNumbers::Finish(bool from_first, Shard& shard) {
  std::ranges::sort(known_, {},
                    [](const NumberRun& run) { return std::tuple(run.first, !run.by_answer); });
  int64_t highest = -1;
  for (const NumberRun& run : known_) {
    if (run.by_answer && run.first <= highest) {
      return Trouble::kTwice;
    }
    highest = run.by_answer ? run.last : highest;
    shard.highest = std::max(shard.highest, run.last);
  }
  for (const ShardSight& sight : sights_) {
    shard.highest = std::max(shard.highest, sight.max_seq_no);
  }
  shard.lowest = from_first || known_.empty() ? 0 : known_.front().first;
  if (!AddHoles(shard)) {
    return Trouble::kHoles;
  }
  Narrow(shard);
  NarrowBySights(shard);
  NoteBelow(shard);
  NoteAbove(shard);
  NoteTerms(shard);
  return Trouble::kNone;
}

bool ShardNumbers::AddHoles(Shard& shard) const {
  int64_t next = shard.lowest;
  const auto add_until = [&](int64_t end) {
    for (; next < end && shard.holes.size() <= kHoles; ++next) {
      shard.holes.push_back({next, {}});
    }
  };
  for (const NumberRun& run : known_) {
    if (run.by_answer) {
      add_until(run.first);
      next = run.last + 1;
    }
  }
  add_until(shard.highest + 1);
  const bool fit = shard.holes.size() <= kHoles;
  if (!fit) {
    shard.holes = {};
  }
  return fit;
}

/// A number was taken after every smaller one, and before every greater one.
void ShardNumbers::Narrow(Shard& shard) const {
  TimeNs from = kMin;
  size_t at = 0;
  for (Hole& hole : shard.holes) {
    for (; at < known_.size() && known_[at].last < hole.seq_no; ++at) {
      from = std::max(from, known_[at].ran.from);
    }
    hole.ran.from = from;
  }
  TimeNs until = kMax;
  size_t left = known_.size();
  for (size_t i = shard.holes.size(); i-- > 0;) {
    for (; left > 0 && known_[left - 1].first >= shard.holes[i].seq_no; --left) {
      until = std::min(until, known_[left - 1].ran.until);
    }
    shard.holes[i].ran.until = until;
  }
}

/// Numbers above a shard's highest were taken after it was seen, all others before.
void ShardNumbers::NarrowBySights(Shard& shard) const {
  std::vector<ShardSight> sights = sights_;
  std::ranges::sort(sights, {}, &ShardSight::max_seq_no);
  TimeNs from = kMin;
  size_t at = 0;
  for (Hole& hole : shard.holes) {
    for (; at < sights.size() && sights[at].max_seq_no < hole.seq_no; ++at) {
      from = std::max(from, sights[at].at.from);
    }
    hole.ran.from = std::max(hole.ran.from, from);
  }
  TimeNs until = kMax;
  size_t left = sights.size();
  for (size_t i = shard.holes.size(); i-- > 0;) {
    for (; left > 0 && sights[left - 1].max_seq_no >= shard.holes[i].seq_no; --left) {
      until = std::min(until, sights[left - 1].at.until);
    }
    shard.holes[i].ran.until = std::min(shard.holes[i].ran.until, until);
  }
}

/// An index that was there before the log has numbers that nobody names below those that it shows.
void ShardNumbers::NoteBelow(Shard& shard) const {
  for (const NumberRun& number : known_) {
    shard.below_until = std::min(shard.below_until, number.ran.until);
  }
  for (const ShardSight& sight : sights_) {
    if (sight.max_seq_no + 1 >= shard.lowest) {
      shard.below_until = std::min(shard.below_until, sight.at.until);
    }
  }
}

void ShardNumbers::NoteAbove(Shard& shard) const {
  for (const NumberRun& number : known_) {
    shard.above_from = std::max(shard.above_from, number.ran.from);
  }
  for (const ShardSight& sight : sights_) {
    if (sight.max_seq_no == shard.highest) {
      shard.above_from = std::max(shard.above_from, sight.at.from);
    }
  }
}

void ShardNumbers::NoteTerms(Shard& shard) const {
  const NumberRun* last = nullptr;
  for (const NumberRun& run : known_) {
    if (run.term == 0) {
      continue;
    }
    if (last == nullptr || last->term != run.term) {
      shard.terms[run.first] = run.term;
    }
    if (last != nullptr && last->term != run.term) {
      shard.new_terms.push_back({last->last_from, run.first_until});
    }
    last = &run;
  }
}

}  // namespace trafrec::reconcile
