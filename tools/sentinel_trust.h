#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/sentinel/sentinel_watch.h"

namespace trafrec::tools {

/// What --audience and --trust-sentinel FILE[:PURPOSE,…] say. Both or neither must be given.
Result<store::SentinelTrust> ReadSentinelTrust(const std::string& audience,
                                               const std::vector<std::string>& trusted);

}  // namespace trafrec::tools
