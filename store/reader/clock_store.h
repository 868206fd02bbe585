#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/error.h"
#include "store/format/clocks.h"
#include "store/reader/log_reader_catalogue.h"

// LOG/clock_offsets.sqlite: the offsets that were estimated last, and how far each attempt had come
// then. Segments are never rewritten for it.

namespace trafrec::store {

/// The rows, if they were made from just these attempts. What cannot be read counts as not there:
/// an estimate is made again.
std::optional<std::vector<ClockOffset>> ReadClockOffsets(
    const std::filesystem::path& log, const std::vector<AttemptSnapshot>& attempts);

/// Puts the rows in the place of earlier ones, at once.
Status KeepClockOffsets(const std::filesystem::path& log,
                        const std::vector<AttemptSnapshot>& attempts,
                        const std::vector<ClockOffset>& offsets);

}  // namespace trafrec::store
