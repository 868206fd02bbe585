#pragma once

#include <algorithm>
#include <chrono>

namespace trafrec::store {

/// When something that failed is tried again: soon at first, then less and less often.
class RetryPause {
 public:
  using Clock = std::chrono::steady_clock;

  RetryPause(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_(first), longest_(longest) {}

  void OnFirstFailure() { Wait(first_); }
  void OnFailure() { Wait(std::min(2 * pause_, longest_)); }
  Clock::time_point deadline() const { return deadline_; }

 private:
  void Wait(std::chrono::milliseconds pause) {
    pause_ = pause;
    deadline_ = Clock::now() + pause;
  }

  const std::chrono::milliseconds first_;
  const std::chrono::milliseconds longest_;
  std::chrono::milliseconds pause_{0};
  Clock::time_point deadline_;
};

}  // namespace trafrec::store
