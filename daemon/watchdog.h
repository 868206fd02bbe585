#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace trafrec::daemon {

/// How long the service manager waits for a sign of life (WATCHDOG_USEC, if WATCHDOG_PID is this
/// process or nobody); nothing if it does not wait.
std::optional<std::chrono::microseconds> WatchdogLimit();

/// Decides when the service manager may be told that all is well: not because a timer goes round,
/// but because each stage of the work has moved since it was told last. So a single thread that is
/// stuck lets the manager's patience end.
class Watchdog {
 public:
  /// `turns`: how often each stage went round so far. True: say so now.
  bool MayReassure(std::span<const uint64_t> turns);

 private:
  std::vector<uint64_t> told_at_;  // the turns of each stage, when it was said last
};

}  // namespace trafrec::daemon
