#include "capture/port_history.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "base/check.h"
#include "capture/limits.h"

namespace trafrec::capture {
namespace {

constexpr TimeNs kNoEnd = std::numeric_limits<TimeNs>::max();

bool Same(const WantedPorts& a, const WantedPorts& b) {
  return a == b || (a != nullptr && b != nullptr && *a == *b);
}

WantedPorts Either(const WantedPorts& a, const WantedPorts& b) {
  if (a == nullptr || b == nullptr) {
    return nullptr;
  }
  std::vector<uint16_t> both;
  std::ranges::set_union(*a, *b, std::back_inserter(both));
  return MakeWantedPorts(std::move(both));
}

}  // namespace

WantedPorts MakeWantedPorts(std::vector<uint16_t> ports) {
  if (ports.empty()) {
    return nullptr;
  }
  std::ranges::sort(ports);
  return std::make_shared<const std::vector<uint16_t>>(std::move(ports));
}

PortHistory::PortHistory(const std::vector<uint16_t>& ports)
    : epochs_{{.until = kNoEnd, .ports = MakeWantedPorts(ports)}}, seen_(epochs_) {}

std::unique_lock<std::mutex> PortHistory::Hold() {
  std::unique_lock lock(mutex_);
  changes_.fetch_add(1);
  return lock;
}

void PortHistory::Change(const std::unique_lock<std::mutex>& hold,
                         const std::vector<uint16_t>& ports, TimeNs from, TimeNs until) {
  CHECK(hold.owns_lock());
  WantedPorts now = MakeWantedPorts(ports);
  const WantedPorts before = epochs_.back().ports;
  if (Same(before, now)) {
    return;
  }
  epochs_.back().until = from;
  epochs_.push_back({.until = until, .ports = Either(before, now)});
  epochs_.push_back({.until = kNoEnd, .ports = std::move(now)});
  while (epochs_.size() > limits::kPortEpochs) {
    epochs_[1].ports = Either(epochs_[0].ports, epochs_[1].ports);
    epochs_.erase(epochs_.begin());
  }
}

void PortHistory::Forget(Clock::time_point now) {
  if (seen_.size() > 1 && !aged_since_) {
    aged_since_ = now;
  }
  if (aged_since_ && now - *aged_since_ > std::chrono::milliseconds(limits::kQueuedPacketMs)) {
    seen_.erase(seen_.begin(), seen_.end() - 1);
    aged_since_.reset();
  }
}

void PortHistory::LookAgain() {
  const std::lock_guard lock(mutex_);
  seen_ = epochs_;
  aged_since_.reset();
  seen_changes_ = changes_.load();
}

}  // namespace trafrec::capture
