#include "replay/jq/watchdog.h"

extern "C" {
#include <jq.h>
}

#include <algorithm>

#include "replay/jq/limits.h"

namespace trafrec::jq {

Watchdog& Watchdog::Instance() {
  static Watchdog instance;
  return instance;
}

Watchdog::Watchdog() : thread_([this] { Look(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

/// By the clock, and not told of each program that begins: most take microseconds.
void Watchdog::Look() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, limits::kLookEvery, [this] { return ending_; })) {
    const Clock::time_point now = Clock::now();
    for (const Watch* watch : watches_) {
      const bool asked = watch->stop_ != nullptr && watch->stop_->is_set();
      // libjq asserts that nothing is halted twice.
      if ((asked || now >= watch->until_) && jq_halted(watch->state_) == 0) {
        jq_halt(watch->state_, jv_invalid(), jv_invalid());
      }
    }
  }
}

Watchdog::Watch::Watch(jq_state* state, Clock::time_point until, const StopEvent* stop)
    : state_(state), until_(until), stop_(stop) {
  Watchdog& dog = Instance();
  const std::lock_guard lock(dog.mutex_);
  dog.watches_.push_back(this);
}

Watchdog::Watch::~Watch() {
  Watchdog& dog = Instance();
  const std::lock_guard lock(dog.mutex_);
  std::erase(dog.watches_, this);
}

}  // namespace trafrec::jq
