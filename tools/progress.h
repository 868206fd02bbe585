#pragma once

#include <chrono>
#include <string>

#include "capture/recorder.h"

namespace trafrec::tools {

/// Shows on standard error how a recording goes: on a terminal one line that is written again, live
/// elsewhere a line every ten seconds, from files elsewhere nothing. Called by one thread at a
/// time.
class ProgressPrinter {
 public:
  enum class Mode : uint8_t { kOff, kLine, kBar, kLines };

  static Mode ModeFor(bool live, bool terminal);
  explicit ProgressPrinter(Mode mode);

  void Show(const capture::RecorderProgress& progress);
  /// Takes the line off the screen, so that others can write.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  const Mode mode_;
  capture::RecorderProgress last_;
  Clock::time_point last_at_;
  Clock::time_point began_at_;
  bool on_screen_ = false;
  bool in_trouble_ = false;
  bool saving_space_ = false;
  bool unsynced_noted_ = false;
};

/// "12,304 packets/s  1,201 exchanges/s  lost 0  lag 3 ms, store 110 ms  ring 2%, store 1%".
std::string LiveLine(const capture::RecorderProgress& before, const capture::RecorderProgress& now,
                     double seconds);
/// "[#####-----]  45%  12.3 MiB/s  1,204 exchanges/s  4 s left" in `width` columns.
std::string BarLine(const capture::RecorderProgress& before, const capture::RecorderProgress& now,
                    double seconds, double seconds_in_all, size_t width);

}  // namespace trafrec::tools
