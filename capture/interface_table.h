#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "capture/limits.h"

namespace trafrec::capture {

/// The names behind Packet::interface. One name has one number, in whatever file or section it
/// comes up, so that a connection that runs over from one file into the next stays one. Grown by
/// the capture thread, read by any.
class InterfaceTable {
 public:
  uint16_t NumberOf(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(names_, name);
    if (found != names_.end()) {
      return static_cast<uint16_t>(found - names_.begin());
    }
    if (names_.size() == limits::kInterfaces) {
      return static_cast<uint16_t>(names_.size() - 1);
    }
    names_.emplace_back(name);
    return static_cast<uint16_t>(names_.size() - 1);
  }

  /// "" for an interface without a name.
  std::string NameOf(uint16_t number) const {
    const std::lock_guard lock(mutex_);
    return number < names_.size() ? names_[number] : std::string();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
};

}  // namespace trafrec::capture
