#pragma once

#include <csignal>

#include "capture/recorder.h"
#include "tools/event_log.h"

namespace trafrec::tools {

/// While it lives, SIGINT and SIGTERM end a recording in good order, and a second one ends the
/// process at once; SIGUSR1 begins a new segment of the log. SIGHUP ends it, too, if it reads files
/// or if it means what it did of old: that the terminal is gone. Else it asks for a reload. One at
/// a time.
class StopSignals {
 public:
  /// `format`: of what it says on standard error.
  StopSignals(capture::Recorder& recorder, bool live, LogFormat format);
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  /// A signal came.
  static bool stopped();
  /// A reload was asked for since the last call.
  static bool TakeReload();

 private:
  struct sigaction before_int_{};
  struct sigaction before_term_{};
  struct sigaction before_hup_{};
  struct sigaction before_usr1_{};
};

}  // namespace trafrec::tools
