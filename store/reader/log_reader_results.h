#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// Adds to an exchange's row of this segment what it was sent for, if a replay sent it.
Status AddResultLink(SegmentConnection& connection, ExchangeRow& row);

/// How many links a segment has.
Result<uint64_t> CountResults(SegmentConnection& connection);

/// The exchanges of the visible attempts that were sent for one of the source's log.
Result<std::vector<ExchangeId>> FindResults(SegmentFiles& files, LogCatalogue& catalogue,
                                            const ExchangeId& source);

}  // namespace trafrec::store
