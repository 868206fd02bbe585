#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/error.h"
#include "store/db/database.h"
#include "store/format/entry_place.h"
#include "store/format/result_link.h"

namespace trafrec::store {

/// Segments that were made before there were results have no such table.
Result<bool> HasResultLinkTable(db::Database& segment);

/// All columns of table `result_link`, in the order that ResultLinkOf and ResultLinkPlaceOf read
/// them; the first one is its key.
extern const std::string_view kResultLinkColumns;
ResultLink ResultLinkOf(const db::Statement& row);
EntryPlace ResultLinkPlaceOf(const db::Statement& row);

}  // namespace trafrec::store
