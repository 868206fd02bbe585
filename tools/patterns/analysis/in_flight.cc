#include "tools/patterns/analysis/in_flight.h"

#include <algorithm>

#include "tools/patterns/analysis/limits.h"

namespace trafrec::patterns {

void InFlight::AdvanceTo(TimeNs time, Timeline& timeline) {
  while (!ends_.empty() && now_ < time) {
    Slot& slot = timeline.At(now_);
    const TimeNs slot_end = timeline.begin_of(timeline.index_of(now_)) + timeline.width_ns();
    const TimeNs until = std::min({time, slot_end, std::max(ends_.top(), now_)});
    slot.in_flight_max = std::max(slot.in_flight_max, static_cast<uint32_t>(ends_.size()));
    slot.in_flight_ns += static_cast<uint64_t>(until - now_) * ends_.size();
    now_ = until;
    while (!ends_.empty() && ends_.top() <= now_) {
      ends_.pop();
    }
  }
  now_ = std::max(now_, time);
}

void InFlight::Add(TimeNs began, TimeNs ends, Timeline& timeline) {
  timeline.At(
      began);  // widens first, so that a long silence costs no more than the slots there are
  AdvanceTo(began, timeline);
  if (ends_.size() >= limits::kInFlightMax) {
    ++left_out_;
    return;
  }
  ends_.push(std::max(ends, now_ + 1));
  Slot& slot = timeline.At(now_);
  slot.in_flight_max = std::max(slot.in_flight_max, static_cast<uint32_t>(ends_.size()));
}

}  // namespace trafrec::patterns
