#pragma once

#include <vector>

#include "base/error.h"
#include "store/log_reader.h"
#include "store/log_reader_catalogue.h"

namespace trafrec::store {

/// What the log says of every attempt. One that is not visible has no figures but those of its
/// files.
Result<std::vector<AttemptInfo>> ReadAttempts(SegmentFiles& files, LogCatalogue& catalogue);

}  // namespace trafrec::store
