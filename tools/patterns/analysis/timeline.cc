#include "tools/patterns/analysis/timeline.h"

#include <algorithm>
#include <utility>

#include "tools/patterns/analysis/limits.h"

namespace trafrec::patterns {
namespace {

/// Each divides the next, so that slots can be merged.
constexpr std::array<int64_t, 13> kWidthsS = {
    1, 5, 15, 60, 300, 900, 3'600, 7'200, 14'400, 43'200, 86'400, 604'800, 4'838'400};

int64_t FloorDiv(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

int64_t NextWidth(int64_t width_ns) {
  for (const int64_t width_s : kWidthsS) {
    if (width_s * kNsPerSecond > width_ns) {
      return width_s * kNsPerSecond;
    }
  }
  return 2 * width_ns;
}

}  // namespace

void Slot::Merge(const Slot& other) {
  for (size_t kind = 0; kind < kKinds; ++kind) {
    exchanges[kind] += other.exchanges[kind];
  }
  operations += other.operations;
  failures += other.failures;
  unanswered_mutations += other.unanswered_mutations;
  in_flight_max = std::max(in_flight_max, other.in_flight_max);
  in_flight_ns += other.in_flight_ns;
  slowest_ns = std::max(slowest_ns, other.slowest_ns);
  outside_ns += other.outside_ns;
  hole = hole || other.hole;
}

Slot& Timeline::At(TimeNs time) {
  int64_t number = FloorDiv(time, width_ns_);
  if (slots_.empty()) {
    first_ = number;
  }
  const auto span = [&] {
    return std::max(number, first_ + static_cast<int64_t>(slots_.size()) - 1) -
           std::min(number, first_) + 1;
  };
  while (span() > static_cast<int64_t>(limits::kSlotsMax)) {
    Widen();
    number = FloorDiv(time, width_ns_);
  }
  while (number < first_) {
    slots_.emplace_front();
    --first_;
  }
  while (number >= first_ + static_cast<int64_t>(slots_.size())) {
    slots_.emplace_back();
  }
  return slots_[static_cast<size_t>(number - first_)];
}

size_t Timeline::index_of(TimeNs time) const {
  const int64_t index = FloorDiv(time, width_ns_) - first_;
  return static_cast<size_t>(std::clamp<int64_t>(index, 0, std::ssize(slots_) - 1));
}

void Timeline::Widen() { WidenTo(NextWidth(width_ns_)); }

void Timeline::WidenTo(int64_t width_ns) {
  const int64_t ratio = width_ns / width_ns_;
  const std::deque<Slot> old = std::exchange(slots_, {});
  const int64_t old_first = first_;
  width_ns_ = width_ns;
  first_ = FloorDiv(old_first, ratio);
  for (size_t i = 0; i < old.size(); ++i) {
    const int64_t number = FloorDiv(old_first + static_cast<int64_t>(i), ratio);
    while (number >= first_ + std::ssize(slots_)) {
      slots_.emplace_back();
    }
    slots_.back().Merge(old[i]);
  }
}

Timeline Timeline::Coarser(size_t slots, int64_t width_ns) const {
  Timeline coarser = *this;
  while (coarser.size() > slots || coarser.width_ns() < width_ns) {
    coarser.Widen();
  }
  return coarser;
}

}  // namespace trafrec::patterns
