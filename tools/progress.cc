#include "tools/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "tools/terminal.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr auto kLinesEvery = std::chrono::seconds(10);
constexpr size_t kBarWidth = 24;

uint64_t PerSecond(uint64_t before, uint64_t now, double seconds) {
  if (seconds <= 0 || now < before) {
    return 0;
  }
  return static_cast<uint64_t>(static_cast<double>(now - before) / seconds);
}

uint64_t LostPackets(const capture::RecorderProgress& progress) {
  return progress.kernel_drops + progress.interface_drops + progress.ring_drops;
}

int PercentOf(double share) { return static_cast<int>(100 * std::clamp(share, 0.0, 1.0)); }

std::vector<Field> LiveFields(const capture::RecorderProgress& before,
                              const capture::RecorderProgress& now, double seconds) {
  return {{"packets_per_second", PerSecond(before.packets, now.packets, seconds)},
          {"exchanges_per_second", PerSecond(before.exchanges, now.exchanges, seconds)},
          {"exchanges", now.exchanges},
          {"lost_packets", LostPackets(now)},
          {"reassembly_lag_ns", now.reassembly_lag_ns},
          {"store_lag_ns", now.store_lag_ns},
          {"ring_fill", now.ring_fill},
          {"store_fill", now.store_fill}};
}

}  // namespace

std::string LiveLine(const capture::RecorderProgress& before, const capture::RecorderProgress& now,
                     double seconds) {
  const uint64_t lost = LostPackets(now);
  std::string text = fmt::format(
      "{} packets/s  {} exchanges/s  lost {}",
      WithCommas(PerSecond(before.packets, now.packets, seconds)),
      WithCommas(PerSecond(before.exchanges, now.exchanges, seconds)),
      lost == 0 ? "0"
                : fmt::format("{} ({})", WithCommas(lost), Percent(lost, lost + now.packets)));
  text +=
      fmt::format("  lag {}, store {}", HumanDuration(std::max<int64_t>(0, now.reassembly_lag_ns)),
                  HumanDuration(std::max<int64_t>(0, now.store_lag_ns)));
  return text + fmt::format("  ring {}%, store {}%  {} in all", PercentOf(now.ring_fill),
                            PercentOf(now.store_fill), CountOf(now.exchanges, "exchange"));
}

std::string Bar(double share) {
  const auto done = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * kBarWidth);
  return fmt::format("[{}{}] {:3}%", std::string(done, '#'), std::string(kBarWidth - done, '-'),
                     PercentOf(share));
}

std::string BarLine(const capture::RecorderProgress& before, const capture::RecorderProgress& now,
                    double seconds, double seconds_in_all, size_t width) {
  const std::string rates = fmt::format(
      "{}/s  {} exchanges/s", HumanBytes(PerSecond(before.bytes_read, now.bytes_read, seconds)),
      WithCommas(PerSecond(before.exchanges, now.exchanges, seconds)));
  if (now.bytes_total == 0) {
    return ClipToWidth(HumanBytes(now.bytes_read) + " read  " + rates, width);
  }
  const double share = std::clamp(
      static_cast<double>(now.bytes_read) / static_cast<double>(now.bytes_total), 0.0, 1.0);
  const double left = share > 0 ? seconds_in_all * (1 - share) / share : 0;
  return ClipToWidth(fmt::format("{}  {}  {} left", Bar(share), rates,
                                 HumanDuration(static_cast<int64_t>(left) * kNsPerSecond)),
                     width);
}

ProgressPrinter::Mode ProgressPrinter::ModeFor(bool live, bool terminal) {
  if (terminal) {
    return live ? Mode::kLine : Mode::kBar;
  }
  return live ? Mode::kLines : Mode::kOff;
}

ProgressPrinter::ProgressPrinter(EventLog& events, Mode mode)
    : events_(events), mode_(mode), last_at_(Clock::now()), began_at_(last_at_) {}

void ProgressPrinter::Show(const capture::RecorderProgress& progress) {
  const Clock::time_point now = Clock::now();
  if (mode_ == Mode::kOff || (mode_ == Mode::kLines && now - last_at_ < kLinesEvery)) {
    return;
  }
  const double seconds = std::chrono::duration<double>(now - last_at_).count();
  const double in_all = std::chrono::duration<double>(now - began_at_).count();
  const size_t width = TerminalWidth(STDERR_FILENO) - 1;
  if (mode_ == Mode::kLines) {
    events_.WriteProgress({.name = "progress",
                           .message = LiveLine(last_, progress, seconds),
                           .fields = LiveFields(last_, progress, seconds)});
  } else {
    events_.ShowLine(mode_ == Mode::kBar ? BarLine(last_, progress, seconds, in_all, width)
                                         : ClipToWidth(LiveLine(last_, progress, seconds), width));
  }
  last_ = progress;
  last_at_ = now;
}

}  // namespace trafrec::tools
