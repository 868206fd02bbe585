#include "tools/service.h"

#include <algorithm>
#include <array>

#include "tools/console.h"
#include "tools/progress.h"

namespace trafrec::tools {
namespace {

constexpr auto kStatusEvery = std::chrono::seconds(5);
constexpr int64_t kUsualIntervalMs = 1'000;
/// Signs of life within the time that the manager waits; systemd advises two.
constexpr int64_t kLooksPerLimit = 4;

}  // namespace

Service::Service() : limit_(daemon::WatchdogLimit()) {
  if (auto socket = daemon::NotifySocket::FromEnvironment()) {
    socket_ = std::move(*socket);
  } else {
    PrintNote(socket.error().what + "; the service manager is told nothing");
  }
}

int64_t Service::look_interval_ms() const {
  if (!socket_.open() || !limit_) {
    return kUsualIntervalMs;
  }
  const int64_t limit_ms = std::chrono::duration_cast<std::chrono::milliseconds>(*limit_).count();
  return std::clamp<int64_t>(limit_ms / kLooksPerLimit, 10, kUsualIntervalMs);
}

void Service::Ready(const std::string& what) const {
  socket_.Send("READY=1\n" + daemon::StatusLine(what));
}

void Service::Show(const capture::RecorderProgress& progress) {
  const std::array turns{progress.turns.capture, progress.turns.reassembly, progress.turns.store};
  if (limit_ && watchdog_.MayReassure(turns)) {
    socket_.Send("WATCHDOG=1\n");
  }
  const Clock::time_point now = Clock::now();
  if ((last_at_ && now - *last_at_ < kStatusEvery) || stopping_) {
    return;
  }
  const double seconds = last_at_ ? std::chrono::duration<double>(now - *last_at_).count() : 0;
  std::string status = LiveLine(last_, progress, seconds);
  if (progress.trouble) {
    status = progress.trouble->what + "; " + status;
  }
  socket_.Send(daemon::StatusLine(status));
  last_ = progress;
  last_at_ = now;
}

void Service::Reloading() const { socket_.Send(daemon::ReloadingLines()); }

void Service::Reloaded(const std::string& outcome) const { Ready(outcome); }

void Service::Stopping() {
  if (!stopping_) {
    stopping_ = true;
    socket_.Send("STOPPING=1\n" + daemon::StatusLine("storing what was captured, sealing the log"));
  }
}

}  // namespace trafrec::tools
