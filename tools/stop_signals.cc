#include "tools/stop_signals.h"

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <span>
#include <string_view>

#include "base/time_text.h"
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

std::atomic<bool> g_json = false;

constexpr std::string_view kStopping =
    "stopping: what was captured is being stored and the log sealed (again to exit at once)";
constexpr std::string_view kGone =
    "exited at once; the log is not sealed: the next start of this recorder recovers it";

/// As EventLog would, of what may be done here only: nothing is allocated, no lock taken.
void Say(std::string_view event, std::string_view message) {
  std::array<char, kTimeTextLength> time{};
  FormatTimeInto(WallClockNow(), time);
  const std::array<std::string_view, 7> json = {"{\"time\":\"",
                                                {time.data(), time.size()},
                                                "\",\"level\":\"info\",\"event\":\"",
                                                event,
                                                "\",\"message\":\"",
                                                message,
                                                "\",\"fields\":{}}\n"};
  const std::array<std::string_view, 4> text = {isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "",
                                                "trafrec: ", message, "\n"};
  const std::span<const std::string_view> parts =
      g_json ? std::span<const std::string_view>(json) : text;
  std::array<iovec, json.size()> pieces{};
  for (size_t i = 0; i < parts.size(); ++i) {
    pieces[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  }
  [[maybe_unused]] const ssize_t written =
      writev(STDERR_FILENO, pieces.data(), static_cast<int>(parts.size()));
}

void OnSignal(int /*signal*/) {
  const int errno_before = errno;
  if (g_signals.fetch_add(1) == 0) {
    Say("stopping", kStopping);
    if (capture::Recorder* recorder = g_recorder.load()) {
      recorder->Stop();
      recorder->Look();
    }
  } else {
    Say("exited", kGone);
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

StopSignals::StopSignals(capture::Recorder& recorder, bool live, LogFormat format) {
  g_json = format == LogFormat::kJson;
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
