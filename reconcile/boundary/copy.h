#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "reconcile/boundary/decision.h"
#include "reconcile/history/facts.h"

namespace trafrec::reconcile {

/// What a backfill made, as somebody can still see it.
class Copy {
 public:
  virtual ~Copy() = default;
  /// One for each name, in their order. Names are those of real indices.
  virtual Result<std::vector<CopyDocument>> Documents(std::span<const DocumentName> names) = 0;
};

/// The greatest number of a shard that a copy can hold, by index and shard.
using ShardLimits = std::map<std::pair<std::string, uint32_t>, int64_t>;

}  // namespace trafrec::reconcile
