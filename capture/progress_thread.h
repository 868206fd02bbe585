#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "capture/wake_up.h"

namespace trafrec::capture {

/// Calls a function once in an interval, and when it is woken, from a thread of its own, until it
/// is destroyed, and then once more.
class ProgressThread {
 public:
  /// No thread for an empty function. `wake` must outlive it.
  ProgressThread(std::function<void()> report, WakeUp& wake, std::chrono::milliseconds interval);
  ~ProgressThread();
  ProgressThread(const ProgressThread&) = delete;
  ProgressThread& operator=(const ProgressThread&) = delete;

 private:
  void Run();

  const std::function<void()> report_;
  WakeUp& wake_;
  const std::chrono::milliseconds interval_;
  std::atomic<bool> end_ = false;
  std::thread thread_;
};

}  // namespace trafrec::capture
