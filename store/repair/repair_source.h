#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/db/database.h"
#include "store/reader/log_reader_files.h"

// What a repair asks of a segment that may be damaged anywhere.

namespace trafrec::store {

/// As far as any table knows of it: the one of the frames may be damaged itself.
int64_t LastFrameOf(db::Database& segment);

/// Of the exchanges that have anything in a frame, as its rows say.
std::vector<std::string> ExchangesIn(db::Database& segment, const AttemptKey& attempt,
                                     int64_t frame);

}  // namespace trafrec::store
