#include "store/format/clocks.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "store/format/varint.h"

namespace trafrec::store {

RecorderClock::RecorderClock(const std::vector<ClockOffset>& offsets) {
  const bool wrong = std::ranges::any_of(offsets, [](const ClockOffset& offset) {
    return std::abs(offset.offset_ns) > offset.uncertainty_ns;
  });
  if (!wrong) {
    return;
  }
  for (const ClockOffset& offset : offsets) {
    // A clock that was set back would make two moments one: the order within a recorder stays.
    const bool backwards = !points_.empty() && offset.at - offset.offset_ns <=
                                                   points_.back().at - points_.back().offset_ns;
    if (!backwards) {
      points_.push_back({offset.at, offset.offset_ns});
    }
  }
}

int64_t RecorderClock::OffsetAt(TimeNs time) const {
  const auto after = std::ranges::upper_bound(points_, time, {}, &Point::at);
  if (after == points_.begin()) {
    return points_.front().offset_ns;
  }
  const Point& before = *(after - 1);
  if (after == points_.end()) {
    return before.offset_ns;
  }
  const double share =
      static_cast<double>(time - before.at) / static_cast<double>(after->at - before.at);
  return before.offset_ns +
         static_cast<int64_t>(share * static_cast<double>(after->offset_ns - before.offset_ns));
}

TimeNs RecorderClock::Corrected(TimeNs time) const {
  return points_.empty() ? time : WrappedDifference(time, OffsetAt(time));
}

TimeNs RecorderClock::Shown(TimeNs corrected) const {
  if (points_.empty()) {
    return corrected;
  }
  const TimeNs about = corrected + OffsetAt(corrected);
  return corrected + OffsetAt(about);
}

Clocks::Clocks(std::vector<ClockOffset> offsets) : offsets_(std::move(offsets)) {
  std::ranges::sort(offsets_, [](const ClockOffset& one, const ClockOffset& other) {
    return std::tie(one.recorder, one.at) < std::tie(other.recorder, other.at);
  });
  for (auto first = offsets_.begin(); first != offsets_.end();) {
    const auto last = std::find_if(first, offsets_.end(), [&](const ClockOffset& offset) {
      return offset.recorder != first->recorder;
    });
    clocks_.emplace(first->recorder, RecorderClock(std::vector<ClockOffset>(first, last)));
    first = last;
  }
}

const RecorderClock& Clocks::Of(const std::string& recorder) const {
  static const RecorderClock kRight;
  const auto found = clocks_.find(recorder);
  return found == clocks_.end() ? kRight : found->second;
}

int64_t Clocks::uncertainty_ns() const {
  int64_t greatest = 0;
  for (const ClockOffset& offset : offsets_) {
    greatest = std::max(greatest, offset.uncertainty_ns);
  }
  return greatest;
}

}  // namespace trafrec::store
