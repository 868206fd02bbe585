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
  /// By so much to both sides, where it has any.
  Span Widened(TimeNs by) const {
    constexpr TimeNs kMin = std::numeric_limits<TimeNs>::min();
    constexpr TimeNs kMax = std::numeric_limits<TimeNs>::max();
    return {from < kMin + by ? kMin : from - by, until > kMax - by ? kMax : until + by};
  }
  bool Meets(const Span& other) const {
    return std::max(from, other.from) <= std::min(until, other.until);
  }
};

/// What is in both; empty if nothing is.
inline Span Common(const Span& a, const Span& b) {
  return {std::max(a.from, b.from), std::min(a.until, b.until)};
}

}  // namespace trafrec::reconcile
