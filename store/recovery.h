#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "store/seal.h"

namespace trafrec::store {

/// Brings what dead attempts of a recorder left into order, under the recorder's lock: a live
/// attempt's WAL is replayed, a kCrash row added that covers the time from its last written packet
/// until `now`, and its segments sealed (by `sealer`, where a reader is in the way). A finite job
/// that died stays as it is: it is invisible, and done again. A segment that cannot be read is left
/// alone; `trafrec verify` tells of it. Returns the greatest attempt number, 0 if there is none.
Result<uint32_t> RecoverAttempts(const std::filesystem::path& log, const std::string& recorder,
                                 TimeNs now, SegmentSealer& sealer);

}  // namespace trafrec::store
