#pragma once

#include <functional>

#include "base/error.h"
#include "store/db/database.h"
#include "store/format/entry_place.h"
#include "store/format/sentinel_record.h"

namespace trafrec::store {

/// Segments that were made before there were sentinels have no such table.
Result<bool> HasSentinelTable(db::Database& segment);

/// Calls `visit` for each row of table `sentinel`, in order of exchanges. A segment that was made
/// before there were sentinels has none.
Status ReadSentinelRows(db::Database& database,
                        const std::function<void(const SentinelRecord&, const EntryPlace&)>& visit);

}  // namespace trafrec::store
