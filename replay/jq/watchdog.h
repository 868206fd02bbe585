#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/stop_event.h"

struct jq_state;

namespace trafrec::jq {

/// Halts programs whose time is over, or that somebody asks to stop. libjq has no call for it, but
/// it looks before each of its instructions whether the program has halted, so a program is halted
/// from a thread beside it. What libjq does in one instruction (a sort, a regular expression) it
/// does to the end. One for the process, with its thread from the first use on.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  static Watchdog& Instance();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// A program that runs, as long as this lives: nobody halts it afterwards.
  class Watch {
   public:
    /// `stop` may be null.
    Watch(jq_state* state, Clock::time_point until, const StopEvent* stop);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    friend class Watchdog;
    jq_state* const state_;
    const Clock::time_point until_;
    const StopEvent* const stop_;
  };

 private:
  Watchdog();
  void Look();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Watch*> watches_;  ///< few: one for each thread that runs programs
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace trafrec::jq
