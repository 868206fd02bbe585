#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/manifest/manifest.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// What retention deleted of one attempt, from the manifests that it left.
struct DeletedSegments {
  AttemptKey attempt;
  uint64_t segments = 0;
  uint64_t bytes = 0;
  SegmentCounts counts;
  ExchangeNumber first_exchange = 0;  ///< 0: there was none
  ExchangeNumber last_exchange = 0;
  std::optional<TimeNs> first_at;
  std::optional<TimeNs> last_at;
  std::vector<LossTotal> losses;
  std::string reason;  ///< of the newest of them
};

/// Of one attempt, of its segments from `from` on and before `before`. A manifest that cannot be
/// read is left out: verify names it. What a copy of the log still has is not deleted.
Result<DeletedSegments> FindDeleted(const SegmentFiles& files, const AttemptKey& attempt,
                                    uint32_t from = 0,
                                    uint32_t before = std::numeric_limits<uint32_t>::max());
/// Of all attempts of a log of which anything was deleted.
Result<std::vector<DeletedSegments>> FindDeleted(const std::vector<std::filesystem::path>& folders);

}  // namespace trafrec::store
