#pragma once

#include <cstdint>
#include <deque>
#include <utility>

namespace trafrec::order {

/// Things that may have grown old, a few at a time: whoever forgets all at once lets everybody wait
/// meanwhile, for tens of milliseconds where there are many. Time is a running number. One thread.
template <typename Thing>
class AgeQueue {
 public:
  void Add(uint64_t now, Thing thing) { waiting_.push_back({now, std::move(thing)}); }

  /// Calls `forget` with each thing that was added, or looked at, `age` ago. It returns whether the
  /// thing is gone; else its turn comes again.
  template <typename Forget>
  void Look(uint64_t now, uint64_t age, const Forget& forget) {
    while (!waiting_.empty() && waiting_.front().since + age <= now) {
      Thing thing = std::move(waiting_.front().thing);
      waiting_.pop_front();
      if (!forget(thing)) {
        Add(now, std::move(thing));
      }
    }
  }

 private:
  struct Waiting {
    uint64_t since;
    Thing thing;
  };
  std::deque<Waiting> waiting_;
};

}  // namespace trafrec::order
