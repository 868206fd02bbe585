#include "tools/replay/run_signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/check.h"
#include "tools/exit_code.h"

namespace trafrec::tools {
namespace {

// Only what a signal handler may touch.
std::atomic<int> g_count = 0;
std::atomic<int> g_most = 2;
std::atomic<int> g_fd = -1;
std::atomic<StopEvent*> g_at_first = nullptr;
static_assert(std::atomic<int>::is_always_lock_free &&
              std::atomic<StopEvent*>::is_always_lock_free);

constexpr int kMostIdle = 2;
constexpr int kMostSending = 3;

void OnSignal(int /*signal*/) {
  const int errno_before = errno;
  const int count = g_count.fetch_add(1) + 1;
  if (count >= g_most) {
    _exit(static_cast<int>(ExitCode::kInterrupted));
  }
  if (StopEvent* const event = g_at_first.load(); event != nullptr) {
    event->Set();
  }
  const uint64_t one = 1;
  // Fails only when the counter is full; then it is readable anyway.
  [[maybe_unused]] const ssize_t written = write(g_fd, &one, sizeof(one));
  errno = errno_before;
}

}  // namespace

RunSignals::RunSignals(StopEvent* at_first) {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  CHECK(fd >= 0);
  g_fd = fd;
  g_count = 0;
  g_most = kMostIdle;
  g_at_first = at_first;
  struct sigaction action{};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &before_[i]);
    if (kSignals[i] != SIGHUP || before_[i].sa_handler != SIG_IGN) {
      sigaction(kSignals[i], &action, nullptr);
    }
  }
}

RunSignals::~RunSignals() {
  for (size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &before_[i], nullptr);
  }
  g_at_first = nullptr;
  close(g_fd.exchange(-1));
}

void RunSignals::SetSending(bool sending) { g_most = sending ? kMostSending : kMostIdle; }

int RunSignals::fd() const { return g_fd; }

uint64_t RunSignals::Take() {
  uint64_t came = 0;
  return read(g_fd, &came, sizeof(came)) == sizeof(came) ? came : 0;
}

int RunSignals::count() { return g_count; }

}  // namespace trafrec::tools
