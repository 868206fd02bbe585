#pragma once

#include "base/error.h"
#include "store/reader/exchange_id.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_catalogue.h"

namespace trafrec::store {

/// The newest row of an exchange, found by its number in O(log segments) segments where numbers
/// grow from segment to segment as they should. kNotFound says what there is instead.
Result<ExchangeRow> FindExchange(SegmentFiles& files, LogCatalogue& catalogue,
                                 const ExchangeId& id);

}  // namespace trafrec::store
