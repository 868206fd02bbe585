#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "replay/message/http_message.h"

// How a search engine is asked how many documents each of its indices holds.

namespace trafrec::census {

/// Documents by index, of the indices that have any.
using Counts = std::map<std::string, int64_t>;
/// Or why they are not known, in words.
using Counted = std::expected<Counts, std::string>;

/// Makes all that was written visible to searches: of these indices, in as many requests as their
/// names take, or of all.
std::vector<message::Request> RefreshRequests(const std::vector<std::string>& indices);
message::Request RefreshAll();

/// One request for all indices, hidden ones too. `_cat/indices` would count nested documents, and
/// `_count` takes a request for each index.
message::Request CountRequest();

/// What the answer to it says.
Counted ReadCounts(const message::Answer& answer);

}  // namespace trafrec::census
