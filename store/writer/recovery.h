#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/time.h"
#include "store/writer/seal.h"

namespace trafrec::store {

/// Brings what dead attempts of a recorder left into order, under the recorder's lock, and on the
/// sealer's thread: a dead segment may be large, and recording must not wait for it. A live
/// attempt's WAL is replayed, a kCrash row added that covers the time from a little before its mark
/// requests_through until `now`, and its segments sealed. A finite job that died stays as it is: it
/// is invisible, and done again. A segment that cannot be read is left alone; `trafrec verify`
/// tells of it. A recovery that is cut short is done by the next start.
void RecoverAttempts(const std::filesystem::path& recorder_directory,
                     const std::vector<uint32_t>& attempts, TimeNs now, SegmentSealer& sealer);

}  // namespace trafrec::store
