#include "replay/jq/abort_guard.h"

#include <csetjmp>
#include <csignal>
#include <mutex>

namespace trafrec::jq {
namespace {

/// Where the abort of this thread goes; null: it ends the process.
thread_local sigjmp_buf* way_out = nullptr;

/// abort() raises SIGABRT in its own thread, and holds no lock meanwhile. A handler that returns
/// does not keep it from ending the process (POSIX, abort).
void OnAbort(int /*signal*/) {
  if (way_out != nullptr) {
    siglongjmp(*way_out, 1);
  }
}

void TakeSignal() {
  struct sigaction action{};
  action.sa_handler = OnAbort;
  sigemptyset(&action.sa_mask);
  sigaction(SIGABRT, &action, nullptr);
}

}  // namespace

bool SurvivesAbort(void (*call)(void* about), void* about) {
  static std::once_flag once;
  std::call_once(once, TakeSignal);
  sigjmp_buf here;
  if (sigsetjmp(here, 1) != 0) {
    way_out = nullptr;
    return false;
  }
  way_out = &here;
  call(about);
  way_out = nullptr;
  return true;
}

}  // namespace trafrec::jq
