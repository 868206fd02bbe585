#pragma once

#include <string>

#include "capture/recorder.h"
#include "control/message.h"
#include "control/server.h"

namespace trafrec::tools {

/// What a recorder is, as far as it does not change.
struct ControlFacts {
  std::string log;
  std::string recorder;
  std::string source;
  std::string attempt;  ///< its folder's name
  TimeNs started = 0;   ///< wall clock
};

/// What `ctl status` is told. `before` is a look of about a second earlier, for the rates.
control::Json StatusJson(const ControlFacts& facts, const std::string& filter,
                         const capture::RecorderProgress& before,
                         const capture::RecorderProgress& now,
                         const std::optional<capture::TrafficView>& traffic,
                         const control::ServerCounts& clients);

}  // namespace trafrec::tools
