#include "tools/interrupt.h"

#include <unistd.h>

#include "tools/exit_code.h"

namespace trafrec::tools {
namespace {

// Only what a signal handler may touch.
std::atomic<bool> g_came = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void OnSignal(int /*signal*/) {
  if (g_came.exchange(true)) {
    _exit(static_cast<int>(ExitCode::kInterrupted));
  }
}

}  // namespace

Interrupt::Interrupt() {
  g_came = false;
  struct sigaction action{};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before_int_);
  sigaction(SIGTERM, &action, &before_term_);
  sigaction(SIGHUP, &action, &before_hup_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
  sigaction(SIGHUP, &before_hup_, nullptr);
}

const std::atomic<bool>& Interrupt::came() { return g_came; }

}  // namespace trafrec::tools
