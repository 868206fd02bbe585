#include "tools/replay/replay_progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr auto kLineEvery = std::chrono::seconds(1);
constexpr auto kEventEvery = std::chrono::seconds(10);
/// Behind by less than this is on time, for a person.
constexpr int64_t kBehindNs = 50 * kNsPerMs;

}  // namespace

ReplayProgress::ReplayProgress(EventLog& events, const TimeLeft& left, bool silent)
    : events_(events),
      left_(left),
      silent_(silent),
      terminal_(IsTerminal(STDERR_FILENO) && events.format() == LogFormat::kText),
      last_at_(Clock::now()) {}

std::string ProgressLine(const replay::RunProgress& before, const replay::RunProgress& now,
                         double seconds, std::optional<int64_t> left_ns) {
  const double rate = static_cast<double>(now.counts.exchanges - before.counts.exchanges) / seconds;
  std::string line = fmt::format("{} exchanges/s", WithCommas(static_cast<uint64_t>(rate)));
  if (left_ns) {
    line += fmt::format("  {} left", ShortDuration(*left_ns));
  }
  if (now.source_time != 0) {
    line += "  at " + FormatTime(now.source_time).substr(0, 19) + "Z";
  }
  if (now.source_lag.last()) {
    line += "  lag " + HumanDuration(now.source_lag.last()->ns);
  }
  line += fmt::format("  {}  {} under way", pace::FormatSpeed(now.speed), now.moving);
  if (now.counts.dead + now.counts.blocked > 0) {
    line += fmt::format("  dead {}", WithCommas(now.counts.dead + now.counts.blocked));
  }
  if (now.paused) {
    line += "  paused";
  } else if (now.behind_ns > kBehindNs) {
    line += fmt::format("  {} behind", ShortDuration(now.behind_ns));
  }
  if (!now.trouble.empty()) {
    line += "  " + EscapeForTerminal(now.trouble);
  }
  return line;
}

std::string TerminalLine(const std::string& line, std::optional<double> over, size_t width) {
  return ClipToWidth(over ? Bar(*over) + "  " + line : line, width);
}

void ReplayProgress::Show(const replay::RunProgress& progress) {
  const Clock::time_point now = Clock::now();
  const auto every = terminal_ ? Clock::duration(kLineEvery) : Clock::duration(kEventEvery);
  if (silent_ || now - last_at_ < every) {
    return;
  }
  const std::optional<int64_t> left = left_.Of(progress);
  const std::string line =
      ProgressLine(last_, progress, std::chrono::duration<double>(now - last_at_).count(), left);
  if (terminal_) {
    events_.ShowLine(TerminalLine(line, left_.OverOf(progress), TerminalWidth(STDERR_FILENO) - 1));
  } else {
    std::vector<Field> fields = {{"exchanges", progress.counts.exchanges},
                                 {"answered", progress.counts.answered},
                                 {"dead", progress.counts.dead},
                                 {"behind_ns", progress.behind_ns}};
    if (progress.source_lag.last()) {
      fields.emplace_back("source_lag_ns", progress.source_lag.last()->ns);
    }
    if (left) {
      fields.emplace_back("left_ns", *left);
    }
    events_.WriteProgress({.name = "progress", .message = line, .fields = std::move(fields)});
  }
  last_ = progress;
  last_at_ = now;
}

void ReplayProgress::End() { events_.ShowLine(""); }

}  // namespace trafrec::tools
