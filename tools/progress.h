#pragma once

#include <chrono>
#include <string>

#include "capture/recorder.h"
#include "tools/event_log.h"

namespace trafrec::tools {

/// Shows how a recording goes: as text on a terminal one line that is written again, live
/// elsewhere, and as JSON, a line every ten seconds, from files elsewhere nothing. Called by one
/// thread at a time.
class ProgressPrinter {
 public:
  enum class Mode : uint8_t { kOff, kLine, kBar, kLines };

  static Mode ModeFor(bool live, bool terminal);
  ProgressPrinter(EventLog& events, Mode mode);

  void Show(const capture::RecorderProgress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  EventLog& events_;
  const Mode mode_;
  capture::RecorderProgress last_;
  Clock::time_point last_at_;
  Clock::time_point began_at_;
};

/// "12,304 packets/s  1,201 exchanges/s  lost 0  lag 3 ms, store 110 ms  ring 2%, store 1%".
std::string LiveLine(const capture::RecorderProgress& before, const capture::RecorderProgress& now,
                     double seconds);
/// "[#####-----]  45%" of 1.
std::string Bar(double share);
/// "[#####-----]  45%  12.3 MiB/s  1,204 exchanges/s  4 s left" in `width` columns.
std::string BarLine(const capture::RecorderProgress& before, const capture::RecorderProgress& now,
                    double seconds, double seconds_in_all, size_t width);

}  // namespace trafrec::tools
