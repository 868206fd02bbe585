#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/sentinel/nonce_store.h"

namespace trafrec::store {

/// Every sentinel of the visible attempts, counted or not, in order of time.
Result<std::vector<SentinelRow>> ReadSentinels(SegmentFiles& files, LogCatalogue& catalogue);

struct EarlierNonces {
  NonceStore seen;
  std::vector<std::string> warnings;  ///< segments that could not be read
};

/// What a recorder's earlier attempts in this log verified; before the next one is opened. With
/// `since`, only what was sent after it: earlier segments are not opened, and what was sent before
/// is not taken for new. A damaged segment keeps no recording from starting.
EarlierNonces ReadEarlierNonces(const std::filesystem::path& log, const std::string& recorder,
                                std::optional<TimeNs> since);

}  // namespace trafrec::store
