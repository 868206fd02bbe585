#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace trafrec::capture {

/// Lets everything else on the machine go before a live recorder as long as it keeps up, and lets
/// it take its ordinary share again when work piles up, until that is gone: a recorder that yields
/// for good loses packets on a busy machine.
///
/// What is lowered is the niceness of its session, which Linux (sched_autogroup_enabled: sched(7))
/// weighs against other sessions, so it has to be the session's leader, as a service and the first
/// process of a container are. To raise it again takes no right, unlike the niceness or the policy
/// of a thread. In a control group with a weight of its own it has no effect: that weight decides.
///
/// One thread, that of the capture.
class Background {
 public:
  /// What stands in front of a thread, and how often the thread has gone round.
  struct Stage {
    double fill = 0;  ///< of its queue, 0 … 1
    uint64_t turns = 0;
  };
  using Clock = std::chrono::steady_clock;

  /// `set_low`: of the session; empty: nothing is ever changed.
  explicit Background(std::function<void(bool low)> set_low);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Each time the capture goes round. `lag`: how old the last packet was when it was taken.
  void Look(std::span<const Stage> stages, std::chrono::nanoseconds lag, Clock::time_point now);

  /// By the kernel; empty if this process does not lead its session, or has no /proc to say so in.
  static std::function<void(bool low)> OfSession();

 private:
  struct Watched {
    uint64_t turns = 0;
    Clock::time_point moved_at;  // or had nothing to do
  };

  bool IsLate(std::span<const Stage> stages, std::chrono::nanoseconds lag, Clock::time_point now);
  void SetLow(bool low);

  const std::function<void(bool low)> set_low_;
  bool low_ = false;
  std::vector<Watched> watched_;
  Clock::time_point late_at_;  // or it began
};

}  // namespace trafrec::capture
