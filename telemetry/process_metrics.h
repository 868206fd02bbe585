#pragma once

#include <vector>

#include "telemetry/exposition.h"

namespace trafrec::telemetry {

/// Processor time, memory, files, threads and start of this process, by Prometheus' names. What the
/// system does not tell (open files, to a process whose memory is private) is left out.
std::vector<Metric> ProcessMetrics();

}  // namespace trafrec::telemetry
