#include "tools/patterns/analysis/quiet.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

// The quietest stretch of a given length.
//
// Problem: somebody wants to know when fewest writes are disturbed by a move. Approach: prefix sums
// over the slots give the writes of the stretch that begins at each slot. The best of them is an
// answer about the past. For the future, stretches that begin at the same time of the day (or of
// the week) are taken together, and their mean decides. Rejected: the maximum, which one night's
// accident rules; it is reported beside the mean.

namespace trafrec::patterns {
namespace {

constexpr int64_t kMinuteNs = 60 * kNsPerSecond;
constexpr int kDayS = 86'400;

/// The writes of any stretch of `length` slots.
class Stretches {
 public:
  Stretches(const Timeline& timeline, size_t length) : timeline_(timeline), length_(length) {
    sums_.reserve(timeline.size() + 1);
    sums_.emplace_back();
    for (size_t i = 0; i < timeline.size(); ++i) {
      const Slot& slot = timeline.slot(i);
      Slot next = sums_.back().slot;
      next.Merge(slot);
      sums_.push_back({next, sums_.back().holes + (slot.whole() ? 0 : 1)});
    }
  }

  size_t size() const { return sums_.size() > length_ ? sums_.size() - length_ : 0; }

  bool IsWhole(size_t at) const { return sums_[at].holes == sums_[at + length_].holes; }

  /// Without the maxima.
  Writes SumsAt(size_t at) const {
    const Slot& before = sums_[at].slot;
    const Slot& after = sums_[at + length_].slot;
    const auto of = [&](Kind kind) {
      return after.exchanges[static_cast<size_t>(kind)] -
             before.exchanges[static_cast<size_t>(kind)];
    };
    Writes writes;
    writes.mutations = of(Kind::kMutation);
    writes.operations = after.operations - before.operations;
    writes.others = of(Kind::kQuery) + of(Kind::kUnknown);
    writes.unanswered = after.unanswered_mutations - before.unanswered_mutations;
    writes.in_flight_ns = after.in_flight_ns - before.in_flight_ns;
    return writes;
  }

  void AddMaxima(size_t at, Writes& writes) const {
    for (size_t i = at; i < at + length_; ++i) {
      writes.in_flight_max = std::max(writes.in_flight_max, timeline_.slot(i).in_flight_max);
      writes.slowest_ns = std::max(writes.slowest_ns, timeline_.slot(i).slowest_ns);
    }
  }

 private:
  struct Sum {
    Slot slot;
    size_t holes = 0;
  };

  const Timeline& timeline_;
  size_t length_;
  std::vector<Sum> sums_;
};

auto Rank(const Writes& writes) {
  return std::tuple(writes.mutations, writes.operations, writes.others, writes.in_flight_ns);
}

/// What begins at one time of the day or week.
struct Group {
  QuietAgain again;
  std::vector<size_t> starts;
};

auto MeanRank(const Group& group) {
  const auto mean = [&](uint64_t sum) {
    return static_cast<double>(sum) / static_cast<double>(group.again.seen);
  };
  return std::tuple(mean(group.again.sum.mutations), mean(group.again.sum.operations),
                    mean(group.again.sum.others));
}

void AddTo(Group& group, size_t at, const Stretches& stretches, const Timeline& timeline) {
  if (!stretches.IsWhole(at)) {
    ++group.again.skipped;
    return;
  }
  const Writes writes = stretches.SumsAt(at);
  QuietAgain& again = group.again;
  if (again.seen == 0 || writes.mutations > again.mutations_max) {
    again.mutations_max = writes.mutations;
    again.worst_from = timeline.begin_of(at);
  }
  again.operations_max = std::max(again.operations_max, writes.operations);
  again.sum.mutations += writes.mutations;
  again.sum.operations += writes.operations;
  again.sum.others += writes.others;
  again.sum.unanswered += writes.unanswered;
  again.sum.in_flight_ns += writes.in_flight_ns;
  ++again.seen;
  group.starts.push_back(at);
}

/// The best of the groups that were seen often enough.
std::optional<QuietAgain> Best(const std::map<int, Group>& groups, const Stretches& stretches) {
  uint64_t most = 0;
  for (const auto& [key, group] : groups) {
    most = std::max(most, group.again.seen);
  }
  const Group* best = nullptr;
  for (const auto& [key, group] : groups) {
    if (group.again.seen >= 2 && 2 * group.again.seen >= most &&
        (best == nullptr || MeanRank(group) < MeanRank(*best))) {
      best = &group;
    }
  }
  if (best == nullptr) {
    return std::nullopt;
  }
  QuietAgain again = best->again;
  for (const size_t at : best->starts) {
    stretches.AddMaxima(at, again.sum);
  }
  return again;
}

}  // namespace

Quiet FindQuiet(const Timeline& timeline, int64_t window_ns, Calendar& calendar) {
  const int64_t width = timeline.width_ns();
  const auto length = static_cast<size_t>(std::max<int64_t>((window_ns + width - 1) / width, 1));
  Quiet quiet{.window_ns = static_cast<int64_t>(length) * width};
  const Stretches stretches(timeline, length);
  const auto step_s = static_cast<int>(std::max(kMinuteNs, width) / kNsPerSecond);
  std::map<int, Group> days;
  std::map<int, Group> weeks;
  std::optional<size_t> best;
  for (size_t at = 0; at < stretches.size(); ++at) {
    if (stretches.IsWhole(at)) {
      ++quiet.windows;
      if (!best || Rank(stretches.SumsAt(at)) < Rank(stretches.SumsAt(*best))) {
        best = at;
      }
    }
    const LocalTime local = calendar.At(timeline.begin_of(at));
    if (local.second_of_day % step_s != 0 || width > kDayS * kNsPerSecond) {
      continue;
    }
    Group& day = days[local.second_of_day];
    day.again.second_of_day = local.second_of_day;
    AddTo(day, at, stretches, timeline);
    Group& week = weeks[local.weekday * kDayS + local.second_of_day];
    week.again.weekday = local.weekday;
    week.again.second_of_day = local.second_of_day;
    AddTo(week, at, stretches, timeline);
  }
  if (best) {
    quiet.once = {.from = timeline.begin_of(*best), .writes = stretches.SumsAt(*best)};
    stretches.AddMaxima(*best, quiet.once->writes);
  }
  quiet.daily = Best(days, stretches);
  quiet.weekly = Best(weeks, stretches);
  return quiet;
}

}  // namespace trafrec::patterns
