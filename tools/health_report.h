#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "capture/recorder.h"
#include "tools/recorder_health.h"
#include "tools/recorder_metrics.h"

namespace trafrec::tools {

/// One sentence if all is well, else one for each trouble, with what to do.
std::string HealthInWords(const capture::RecorderProgress& progress,
                          const std::vector<Trouble>& troubles, const RecorderFacts& facts,
                          TimeNs now);
/// The same as an object with its line end: healthy, message, troubles, some figures.
std::string HealthInJson(const capture::RecorderProgress& progress,
                         const std::vector<Trouble>& troubles, const RecorderFacts& facts,
                         TimeNs now);

}  // namespace trafrec::tools
