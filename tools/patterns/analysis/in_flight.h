#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "tools/patterns/analysis/timeline.h"

namespace trafrec::patterns {

/// How many mutations waited for their answers at each moment, written into the timeline's slots.
class InFlight {
 public:
  static constexpr TimeNs kForEver = INT64_MAX;

  /// In order of `began`; a time that goes back is taken as the last one. `ends` may be kForEver.
  void Add(TimeNs began, TimeNs ends, Timeline& timeline);
  /// To the end of the record.
  void AdvanceTo(TimeNs time, Timeline& timeline);

  /// Mutations that were left out because limits::kInFlightMax others waited too.
  uint64_t left_out() const { return left_out_; }

 private:
  std::priority_queue<TimeNs, std::vector<TimeNs>, std::greater<>> ends_;
  TimeNs now_ = INT64_MIN;
  uint64_t left_out_ = 0;
};

}  // namespace trafrec::patterns
