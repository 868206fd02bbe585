#pragma once

#include <string>

#include "replay/compare/latencies.h"

namespace trafrec::tools {

/// The section of latencies: both distributions over each other, and percentiles over time.
std::string LatencySection(const compare::Latencies& latencies);

}  // namespace trafrec::tools
