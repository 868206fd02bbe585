#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "replay/run/engine.h"
#include "tools/event_log.h"
#include "tools/replay/time_left.h"

namespace trafrec::tools {

/// Shows how a run goes: on a terminal one line that is written again, which begins with a bar if
/// the log has an end, elsewhere a line every ten seconds. The loop's thread.
class ReplayProgress {
 public:
  ReplayProgress(EventLog& events, const TimeLeft& left, bool silent);

  void Show(const replay::RunProgress& progress);
  void End();

 private:
  using Clock = std::chrono::steady_clock;

  EventLog& events_;
  const TimeLeft& left_;
  const bool silent_;
  const bool terminal_;
  Clock::time_point last_at_;
  replay::RunProgress last_;
};

/// "12,304 exchanges/s  4m10s left  at 2026-11-21T06:48:00Z  1.2x  64 under way  dead 2  3s
/// behind". What counts most stands first: a narrow terminal shows no more.
std::string ProgressLine(const replay::RunProgress& before, const replay::RunProgress& now,
                         double seconds, std::optional<int64_t> left_ns);

/// The same on a terminal of that width, behind a bar if somebody knows how much is over.
std::string TerminalLine(const std::string& line, std::optional<double> over, size_t width);

}  // namespace trafrec::tools
