#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "capture/recorder.h"
#include "daemon/notify_socket.h"
#include "daemon/watchdog.h"

namespace trafrec::tools {

/// Tells the service manager, if there is one, how a live recording goes: ready, reloading,
/// stopping, a status line each few seconds, and for its watchdog that each stage still moves.
/// Made before the rights are given up; Ready comes first, then all from one thread at a time.
class Service {
 public:
  Service();

  /// How often Show should be called.
  int64_t look_interval_ms() const;

  void Ready(const std::string& what) const;
  void Show(const capture::RecorderProgress& progress);
  void Reloading() const;
  void Reloaded(const std::string& outcome) const;
  /// The first call counts.
  void Stopping();

 private:
  using Clock = std::chrono::steady_clock;

  daemon::NotifySocket socket_;
  std::optional<std::chrono::microseconds> limit_;
  daemon::Watchdog watchdog_;
  capture::RecorderProgress last_;
  std::optional<Clock::time_point> last_at_;  // of the last status
  bool stopping_ = false;
};

}  // namespace trafrec::tools
