#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "reconcile/history/facts.h"

namespace trafrec::reconcile {

/// Spans of time by when they begin, so that those that meet another one are found without looking
/// at all. A span is known by its number.
class Timeline {
 public:
  Timeline() = default;
  explicit Timeline(const std::vector<Span>& spans);

  bool Meets(const Span& span) const;
  /// Their numbers, in order.
  std::vector<size_t> Meeting(const Span& span) const;
  /// Whether `take` says so of any of them. No more are asked then.
  bool Any(const Span& span, const std::function<bool(size_t)>& take) const;

 private:
  struct Entry {
    Span span;
    size_t number;
  };

  template <typename Take>
  void Each(const Span& span, const Take& take) const;

  std::vector<Entry> entries_;  ///< by `from`
  std::vector<TimeNs> latest_;  ///< of each block of entries the latest `until`
};

/// When a history's traffic ran of which it is not known what it wrote. It must not change
/// meanwhile.
struct TrafficTimes {
  Timeline lost{};
  Timeline by_query{};
  Timeline by_query_longest{};  ///< if nothing is presumed of how fast they were
};

}  // namespace trafrec::reconcile
