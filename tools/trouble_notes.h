#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "tools/event_log.h"
#include "tools/recorder_health.h"

namespace trafrec::tools {

/// Tells when trouble begins, and when it is over. One thread.
class TroubleNotes {
 public:
  explicit TroubleNotes(EventLog& events) : events_(events) {}

  /// What is wrong now.
  void Show(const std::vector<Trouble>& troubles);

 private:
  EventLog& events_;
  std::set<std::string_view> told_;  ///< kinds
};

}  // namespace trafrec::tools
