#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/time.h"

namespace trafrec::capture {

/// The TCP ports that a filter asks for, sorted; null: it asks for none in particular.
using WantedPorts = std::shared_ptr<const std::vector<uint16_t>>;

WantedPorts MakeWantedPorts(std::vector<uint16_t> ports);

/// Which ports a live capture was asked for when. What is in a tunnel is chosen by them behind the
/// dissection, and packets may wait for long in the kernel's ring and in ours: each is judged by
/// the filter that let it through, as all others are.
class PortHistory {
 public:
  using Clock = std::chrono::steady_clock;

  explicit PortHistory(const std::vector<uint16_t>& ports);

  /// While it lives, At waits. Taken before the kernel gets another filter, so that no packet of
  /// the new one is judged before Change has been told.
  std::unique_lock<std::mutex> Hold();
  /// Within [from, until] the kernel changed over: a packet of that time may be of either filter.
  void Change(const std::unique_lock<std::mutex>& hold, const std::vector<uint16_t>& ports,
              TimeNs from, TimeNs until);

  // The rest is the capture thread's.

  /// Now and then, before At: no packet waits for long in the kernel's ring. What was asked for
  /// before the last change is forgotten then, or packets would be judged by it again when the
  /// machine's clock is set back.
  void Forget(Clock::time_point now);
  /// What was asked for when a packet passed the filter. Valid until the next call.
  const WantedPorts& At(TimeNs at) {
    if (changes_.load() != seen_changes_) {
      LookAgain();
    }
    size_t i = 0;
    while (at > seen_[i].until) {
      ++i;
    }
    return seen_[i].ports;
  }

 private:
  /// From the end of the one before.
  struct Epoch {
    TimeNs until;
    WantedPorts ports;
  };

  void LookAgain();

  std::mutex mutex_;
  std::vector<Epoch> epochs_;  // the last one has no end
  std::atomic<uint64_t> changes_{0};

  std::vector<Epoch> seen_;  // the capture thread's copy
  uint64_t seen_changes_ = 0;
  std::optional<Clock::time_point> aged_since_;
};

}  // namespace trafrec::capture
