#include "capture/progress_thread.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace trafrec::capture {

ProgressThread::ProgressThread(std::function<void()> report) : report_(std::move(report)) {
  if (report_) {
    thread_ = std::thread([this] { Run(); });
  }
}

ProgressThread::~ProgressThread() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ending_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void ProgressThread::Run() {
  pthread_setname_np(pthread_self(), "progress");
  std::unique_lock lock(mutex_);
  while (!ending_.wait_for(lock, std::chrono::seconds(1), [this] { return end_; })) {
    lock.unlock();
    report_();
    lock.lock();
  }
}

}  // namespace trafrec::capture
