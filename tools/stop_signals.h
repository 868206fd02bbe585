#pragma once

#include <csignal>

#include "capture/recorder.h"

namespace trafrec::tools {

/// While it lives, SIGINT, SIGTERM and SIGHUP end a recording in good order, and a second one ends
/// the process at once; SIGUSR1 begins a new segment of the log. One at a time.
class StopSignals {
 public:
  explicit StopSignals(capture::Recorder& recorder);
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  /// A signal came.
  static bool stopped();

 private:
  struct sigaction before_int_{};
  struct sigaction before_term_{};
  struct sigaction before_hup_{};
  struct sigaction before_usr1_{};
};

}  // namespace trafrec::tools
