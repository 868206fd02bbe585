#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/format/clocks.h"
#include "store/reader/clock_samples.h"

namespace trafrec::store {

/// How far the recorders' clocks are apart, from messages that two of them saw. The first recorder
/// by name is the reference of all that are linked to it by such messages; of others the first of
/// them. A recorder that shares nothing with anybody has no offset.
std::vector<ClockOffset> EstimateClocks(const std::map<std::string, ClockSamples>& samples);

}  // namespace trafrec::store
