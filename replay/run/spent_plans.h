#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "replay/plan/planned_exchange.h"
#include "replay/run/limits.h"

namespace trafrec::replay {

/// Exchanges that are over, on their way back to the planner's thread, which made them of some
/// dozens of pieces of memory: freed there, the next exchange finds them warm, and two threads do
/// not meet in one allocator's lists. Bounded; what is large, or more than the planner takes back,
/// is freed at once.
class SpentPlans {
 public:
  using Plan = std::unique_ptr<plan::PlannedExchange>;

  /// The loop's thread.
  void Put(Plan plan, size_t bytes) {
    if (bytes > limits::kSpentBytes) {
      return;
    }
    gathered_.push_back(std::move(plan));
    if (gathered_.size() < limits::kSpentBatch) {
      return;
    }
    if (!given_) {
      const std::lock_guard lock(mutex_);
      batch_.swap(gathered_);
      given_ = true;
    }
    gathered_.clear();
  }

  /// The planner's thread.
  void Free() {
    if (given_) {
      const std::lock_guard lock(mutex_);
      batch_.clear();
      given_ = false;
    }
  }

 private:
  std::vector<Plan> gathered_;  ///< the loop's
  std::vector<Plan> batch_;     ///< the planner's, while given_
  std::atomic<bool> given_{false};
  std::mutex mutex_;
};

}  // namespace trafrec::replay
