#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "base/time.h"
#include "tools/patterns/analysis/observation.h"

namespace trafrec::patterns {

/// What happened in one slot of time.
struct Slot {
  std::array<uint64_t, kKinds> exchanges{};  ///< by Kind
  uint64_t operations = 0;                   ///< writes that the mutations carry
  uint64_t failures = 0;                     ///< answered 5xx or not at all
  uint64_t unanswered_mutations = 0;
  uint32_t in_flight_max = 0;  ///< mutations that waited for an answer at one time
  uint64_t in_flight_ns = 0;   ///< the sum of their waiting in this slot
  int64_t slowest_ns = 0;      ///< of the mutations that began here
  int64_t outside_ns = 0;      ///< how much of it lies before or after what was recorded
  bool hole = false;           ///< traffic may be missing here

  /// All of it was recorded, and nothing is known to be missing.
  bool whole() const { return !hole && outside_ns == 0; }

  uint64_t all() const { return exchanges[0] + exchanges[1] + exchanges[2]; }
  void Merge(const Slot& other);
};

/// Slots of equal width, which divide the UTC day. When there would be more than
/// limits::kSlotsMax, the width grows and slots are merged.
class Timeline {
 public:
  /// The slot of that time; slots in between are made. Valid until the next call.
  Slot& At(TimeNs time);

  int64_t width_ns() const { return width_ns_; }
  bool empty() const { return slots_.empty(); }
  size_t size() const { return slots_.size(); }
  const Slot& slot(size_t index) const { return slots_[index]; }
  Slot& slot(size_t index) { return slots_[index]; }
  TimeNs begin_of(size_t index) const { return (first_ + static_cast<int64_t>(index)) * width_ns_; }
  /// Of a time within.
  size_t index_of(TimeNs time) const;

  /// The same in at most `slots` slots of at least `width_ns`, of a width that divides the day or
  /// is whole days.
  Timeline Coarser(size_t slots, int64_t width_ns) const;

 private:
  void Widen();
  void WidenTo(int64_t width_ns);

  int64_t width_ns_ = kNsPerSecond;
  int64_t first_ = 0;  ///< number of the first slot, counted from the epoch
  std::deque<Slot> slots_;
};

}  // namespace trafrec::patterns
