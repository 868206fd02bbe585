#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "base/check.h"

namespace trafrec {

/// Asks a thread that may be waiting in poll() to stop. Set() is safe in a signal handler.
class StopEvent {
 public:
  StopEvent() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(fd_ >= 0); }
  ~StopEvent() { close(fd_); }
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;

  void Set() {
    set_.store(true, std::memory_order_relaxed);
    const uint64_t one = 1;
    // Fails only when the counter is full; then it is readable anyway.
    [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
  }
  bool is_set() const { return set_.load(std::memory_order_relaxed); }
  /// Readable once Set() was called.
  int fd() const { return fd_; }

 private:
  static_assert(std::atomic<bool>::is_always_lock_free);

  const int fd_;
  std::atomic<bool> set_{false};
};

}  // namespace trafrec
