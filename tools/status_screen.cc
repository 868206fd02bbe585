#include "tools/status_screen.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace trafrec::tools {
namespace {

constexpr std::string_view kEnter = "\033[?1049h\033[?25l";
constexpr std::string_view kLeave = "\033[?25h\033[?1049l";

volatile std::sig_atomic_t g_leave = 0;
volatile std::sig_atomic_t g_resized = 0;
void OnLeave(int /*signal*/) { g_leave = 1; }
void OnResize(int /*signal*/) { g_resized = 1; }

void ToTerminal(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      g_leave = 1;  // the terminal has gone
      return;
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
}

/// The alternate screen, keys without echo, and the signals; all put back at the end. Signals are
/// blocked but while it waits, so that none comes between a look at its flag and the wait.
class Takeover {
 public:
  Takeover() {
    g_leave = 0;
    g_resized = 0;
    sigset_t ours;
    sigemptyset(&ours);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) {
      sigaddset(&ours, signal);
    }
    sigprocmask(SIG_BLOCK, &ours, &mask_before_);
    struct sigaction action{};
    sigemptyset(&action.sa_mask);
    action.sa_handler = OnLeave;
    sigaction(SIGINT, &action, &int_before_);
    sigaction(SIGTERM, &action, &term_before_);
    sigaction(SIGHUP, &action, &hup_before_);
    action.sa_handler = OnResize;
    sigaction(SIGWINCH, &action, &winch_before_);
    has_keys_ = tcgetattr(STDIN_FILENO, &keys_before_) == 0;
    if (has_keys_) {
      termios keys = keys_before_;
      keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      keys.c_cc[VSUSP] = _POSIX_VDISABLE;  // a stopped screen would be left as it is
      tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    }
    ToTerminal(kEnter);
  }
  ~Takeover() {
    ToTerminal(kLeave);
    if (has_keys_) {
      tcsetattr(STDIN_FILENO, TCSANOW, &keys_before_);
    }
    sigaction(SIGINT, &int_before_, nullptr);
    sigaction(SIGTERM, &term_before_, nullptr);
    sigaction(SIGHUP, &hup_before_, nullptr);
    sigaction(SIGWINCH, &winch_before_, nullptr);
    sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  Takeover(const Takeover&) = delete;
  Takeover& operator=(const Takeover&) = delete;

  /// Until the time is over, the window has another size, or the person wants to leave.
  void Wait(std::chrono::milliseconds time) {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + time;
    while (g_leave == 0 && g_resized == 0) {
      const auto left = std::max(until - Clock::now(), Clock::duration::zero());
      const timespec timeout{.tv_sec = left / std::chrono::seconds(1),
                             .tv_nsec = (left % std::chrono::seconds(1)).count()};
      pollfd keys{.fd = has_keys_ ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0};
      if (ppoll(&keys, 1, &timeout, &mask_before_) == 0) {
        return;
      }
      if (keys.revents != 0) {
        char key = 'q';  // also for a terminal that has gone
        has_keys_ = read(STDIN_FILENO, &key, 1) == 1;
        g_leave = g_leave != 0 || key == 'q' || key == 'Q' ? 1 : 0;
      }
    }
  }

 private:
  sigset_t mask_before_{};
  struct sigaction int_before_{};
  struct sigaction term_before_{};
  struct sigaction hup_before_{};
  struct sigaction winch_before_{};
  termios keys_before_{};
  bool has_keys_ = false;
};

struct Size {
  size_t columns = 80;
  size_t rows = 24;
};

Size SizeOfWindow() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return {};
  }
  return {.columns = size.ws_col, .rows = size.ws_row};
}

/// Each line over the old one, in one write: nothing is blank for a moment.
std::string Frame(const std::vector<std::string>& lines, size_t rows) {
  std::string frame = "\033[H";
  for (size_t i = 0; i < std::min(lines.size(), rows); ++i) {
    frame += (i == 0 ? "" : "\r\n") + lines[i] + "\033[K";
  }
  return frame + "\033[J";
}

}  // namespace

size_t TerminalRows() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

Status ShowScreen(std::chrono::milliseconds interval, const ScreenPage& page) {
  Takeover takeover;
  while (g_leave == 0) {
    g_resized = 0;
    const Size size = SizeOfWindow();
    TRY_ASSIGN(const std::vector<std::string> lines, page(size.columns, size.rows));
    ToTerminal(Frame(lines, size.rows));
    takeover.Wait(interval);
  }
  return {};
}

}  // namespace trafrec::tools
