#pragma once

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>

#include "base/stop_event.h"

namespace trafrec::tools {

/// While it lives, SIGINT, SIGTERM and SIGHUP (unless that is ignored, as under nohup) ask a run to
/// stop, and one too many ends the process in the handler itself, whatever else hangs. One at a
/// time.
class RunSignals {
 public:
  /// `at_first`, if it is not null, is set by the first signal; borrowed.
  explicit RunSignals(StopEvent* at_first = nullptr);
  RunSignals(const RunSignals&) = delete;
  RunSignals& operator=(const RunSignals&) = delete;
  ~RunSignals();

  /// Exchanges are under way from now on, or are no more: with them the second signal says that
  /// nobody waits for their answers, and the third ends the process; without them the second does.
  void SetSending(bool sending);

  /// Readable when signals came since the last Take.
  int fd() const;
  /// How many came since the last call.
  uint64_t Take();
  /// How many came.
  static int count();

 private:
  static constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};

  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace trafrec::tools
