#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace trafrec::capture {

/// Calls a function about once a second, from a thread of its own, until it is destroyed.
class ProgressThread {
 public:
  /// No thread for an empty function.
  explicit ProgressThread(std::function<void()> report);
  ~ProgressThread();
  ProgressThread(const ProgressThread&) = delete;
  ProgressThread& operator=(const ProgressThread&) = delete;

 private:
  void Run();

  const std::function<void()> report_;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace trafrec::capture
