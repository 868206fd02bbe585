#pragma once

#include <chrono>
#include <string>

#include "replay/run/engine.h"
#include "tools/event_log.h"

namespace trafrec::tools {

/// Shows how a run goes: on a terminal one line that is written again, elsewhere a line every ten
/// seconds. The loop's thread.
class ReplayProgress {
 public:
  ReplayProgress(EventLog& events, bool silent);

  void Show(const replay::RunProgress& progress);
  void End();

 private:
  using Clock = std::chrono::steady_clock;

  EventLog& events_;
  const bool silent_;
  const bool terminal_;
  Clock::time_point last_at_;
  replay::RunProgress last_;
};

/// "12,304 exchanges/s  at 2026-11-21T06:48:00Z  1.2x  64 under way  dead 0  3 s behind".
std::string ProgressLine(const replay::RunProgress& before, const replay::RunProgress& now,
                         double seconds);

}  // namespace trafrec::tools
