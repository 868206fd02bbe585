#pragma once

#include <string>

#include "base/error.h"
#include "store/db/database.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

/// Fails if the overlay is for another log, and if it speaks of exchanges that `log` does not have:
/// the Error names the first of them.
Status CheckOverlay(db::Database& overlay, const std::string& log_id, LogReader& log);

}  // namespace trafrec::store
