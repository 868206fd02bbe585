#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_catalogue.h"

namespace trafrec::store {

/// The recorder's process holds its lock, in any folder of the log.
bool IsRunning(const SegmentFiles& files, const std::string& recorder);

/// What the log says of every attempt. One that is not visible has no figures but those of its
/// files.
Result<std::vector<AttemptInfo>> ReadAttempts(SegmentFiles& files, LogCatalogue& catalogue);

/// The part of it that the newest segments have.
Result<std::vector<AttemptProgress>> ReadProgress(SegmentFiles& files, LogCatalogue& catalogue);

}  // namespace trafrec::store
