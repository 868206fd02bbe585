#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace trafrec::tools {

/// Lets a message through a few times a minute, and counts it from then on: a burst must not fill
/// the journal, nor hide what else is said. One thread.
class RepeatFilter {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr uint64_t kShown = 3;
  static constexpr std::chrono::seconds kWindow{60};
  /// Different messages that are counted at a time; those beyond are all let through.
  static constexpr size_t kMessagesMax = 256;

  struct Held {
    std::string message;
    uint64_t times;
  };

  /// False: it was counted instead.
  bool Let(const std::string& message, Clock::time_point now);
  /// What was counted in windows that have ended by now, or in all of them.
  std::vector<Held> TakeEnded(Clock::time_point now);
  std::vector<Held> TakeAll() { return TakeEnded(Clock::time_point::max()); }

 private:
  struct Window {
    Clock::time_point began_at;
    uint64_t times;
  };

  std::map<std::string, Window> windows_;
};

}  // namespace trafrec::tools
