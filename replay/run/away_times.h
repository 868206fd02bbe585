#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "replay/run/limits.h"

namespace trafrec::replay {

/// When a target was away, the last times. On the run's clock; the loop's thread.
class AwayTimes {
 public:
  void Begin(int64_t at) { since_ = since_.value_or(at); }

  void End(int64_t at) {
    if (!since_) {
      return;
    }
    over_.push_back({*since_, at});
    since_.reset();
    if (over_.size() > limits::kAwayTimes) {
      over_.pop_front();
    }
  }

  /// How much of [from, until) it was.
  int64_t Within(int64_t from, int64_t until) const {
    int64_t sum = since_ ? std::max<int64_t>(0, until - std::max(from, *since_)) : 0;
    for (const Span& span : over_) {
      sum += std::max<int64_t>(0, std::min(until, span.until) - std::max(from, span.from));
    }
    return sum;
  }

 private:
  struct Span {
    int64_t from = 0;
    int64_t until = 0;
  };
  std::deque<Span> over_;
  std::optional<int64_t> since_;
};

}  // namespace trafrec::replay
