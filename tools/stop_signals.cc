#include "tools/stop_signals.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

#include "tools/exit_code.h"

namespace trafrec::tools {
namespace {

// Only what a signal handler may touch.
std::atomic<capture::Recorder*> g_recorder = nullptr;
std::atomic<int> g_signals = 0;
std::atomic<bool> g_live = false;
std::atomic<bool> g_terminal = false;  // there was one at the start
std::atomic<bool> g_reload = false;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free &&
              std::atomic<capture::Recorder*>::is_always_lock_free);

void Say(std::string_view text) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

void OnSignal(int /*signal*/) {
  const int errno_before = errno;
  if (g_signals.fetch_add(1) == 0) {
    Say(isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "");
    Say("trafrec: stopping: what was captured is being stored and the log sealed "
        "(again to exit at once)\n");
    if (capture::Recorder* recorder = g_recorder.load()) {
      recorder->Stop();
      recorder->Look();
    }
  } else {
    Say("trafrec: exited at once; the log is not sealed: the next start of this recorder recovers "
        "it\n");
    _exit(static_cast<int>(ExitCode::kInterrupted));
  }
  errno = errno_before;
}

/// Only a terminal that is still there answers.
bool OnTerminal() { return isatty(STDIN_FILENO) == 1 || isatty(STDERR_FILENO) == 1; }

void OnHangUp(int signal) {
  const int errno_before = errno;
  if (!g_live || (g_terminal && !OnTerminal())) {
    OnSignal(signal);
  } else {
    g_reload = true;
    if (capture::Recorder* recorder = g_recorder.load()) {
      recorder->Look();
    }
  }
  errno = errno_before;
}

void OnRotate(int /*signal*/) {
  if (capture::Recorder* recorder = g_recorder.load()) {
    recorder->Rotate();
  }
}

}  // namespace

StopSignals::StopSignals(capture::Recorder& recorder, bool live) {
  g_recorder = &recorder;
  g_signals = 0;
  g_live = live;
  g_terminal = OnTerminal();
  g_reload = false;
  struct sigaction action{};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before_int_);
  sigaction(SIGTERM, &action, &before_term_);
  action.sa_handler = OnHangUp;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, &before_hup_);
  action.sa_handler = OnRotate;
  sigaction(SIGUSR1, &action, &before_usr1_);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
  sigaction(SIGHUP, &before_hup_, nullptr);
  sigaction(SIGUSR1, &before_usr1_, nullptr);
  g_recorder = nullptr;
}

bool StopSignals::stopped() { return g_signals > 0; }

bool StopSignals::TakeReload() { return g_reload.exchange(false); }

}  // namespace trafrec::tools
