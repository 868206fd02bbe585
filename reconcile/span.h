#pragma once

#include <algorithm>
#include <limits>

#include "base/time.h"

namespace trafrec::reconcile {

/// An interval of packet time, both ends included.
struct Span {
  TimeNs from = std::numeric_limits<TimeNs>::min();
  TimeNs until = std::numeric_limits<TimeNs>::max();

  bool empty() const { return from > until; }
  bool Meets(const Span& other) const {
    return std::max(from, other.from) <= std::min(until, other.until);
  }
};

}  // namespace trafrec::reconcile
