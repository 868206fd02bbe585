#pragma once

#include <semaphore.h>

#include <cerrno>
#include <chrono>
#include <ctime>

namespace trafrec::capture {

/// Wakes a thread that waits for time to pass. A semaphore, as that is what a signal handler may
/// post.
class WakeUp {
 public:
  WakeUp() { sem_init(&semaphore_, 0, 0); }
  ~WakeUp() { sem_destroy(&semaphore_); }
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  /// Any thread; safe in a signal handler.
  void Signal() { sem_post(&semaphore_); }

  /// Returns after that time, or soon after Signal(). Several signals are one.
  void WaitFor(std::chrono::milliseconds longest) {
    timespec until{};
    clock_gettime(CLOCK_MONOTONIC, &until);
    const auto left = std::chrono::nanoseconds(until.tv_nsec) + longest;
    until.tv_sec += std::chrono::duration_cast<std::chrono::seconds>(left).count();
    until.tv_nsec = (left % std::chrono::seconds(1)).count();
    while (sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until) != 0 && errno == EINTR) {
    }
    while (sem_trywait(&semaphore_) == 0) {
    }
  }

 private:
  sem_t semaphore_;
};

}  // namespace trafrec::capture
