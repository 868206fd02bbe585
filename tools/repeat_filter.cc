#include "tools/repeat_filter.h"

namespace trafrec::tools {

bool RepeatFilter::Let(const std::string& message, Clock::time_point now) {
  auto found = windows_.find(message);
  if (found == windows_.end()) {
    if (windows_.size() < kMessagesMax) {
      windows_.emplace(message, Window{.began_at = now, .times = 1});
    }
    return true;
  }
  return ++found->second.times <= kShown;
}

std::vector<RepeatFilter::Held> RepeatFilter::TakeEnded(Clock::time_point now) {
  std::vector<Held> held;
  std::erase_if(windows_, [&](const auto& entry) {
    const Window& window = entry.second;
    if (now - kWindow < window.began_at) {
      return false;
    }
    if (window.times > kShown) {
      held.push_back({entry.first, window.times - kShown});
    }
    return true;
  });
  return held;
}

}  // namespace trafrec::tools
