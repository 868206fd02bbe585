#include "capture/progress_thread.h"

#include <pthread.h>

#include <utility>

namespace trafrec::capture {

ProgressThread::ProgressThread(std::function<void()> report, WakeUp& wake,
                               std::chrono::milliseconds interval)
    : report_(std::move(report)), wake_(wake), interval_(interval) {
  if (report_) {
    thread_ = std::thread([this] { Run(); });
  }
}

ProgressThread::~ProgressThread() {
  end_ = true;
  wake_.Signal();
  if (thread_.joinable()) {
    thread_.join();
    report_();
  }
}

void ProgressThread::Run() {
  pthread_setname_np(pthread_self(), "progress");
  while (true) {
    wake_.WaitFor(interval_);
    if (end_) {
      return;
    }
    report_();
  }
}

}  // namespace trafrec::capture
