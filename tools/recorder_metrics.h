#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "capture/recorder.h"
#include "telemetry/exposition.h"
#include "tools/recorder_health.h"

namespace trafrec::tools {

/// What does not change while a recorder runs.
struct RecorderFacts {
  std::string log;
  std::string recorder;
  std::string source;  ///< "interface eth0", "files"
};

/// A look at the recorder as metrics (docs/metrics.md). Ages are those at `now`, wall clock.
telemetry::Reading ReadingOf(const capture::RecorderProgress& progress,
                             const std::vector<Trouble>& troubles, const RecorderFacts& facts,
                             TimeNs now);

}  // namespace trafrec::tools
