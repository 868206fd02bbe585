#pragma once

#include <cstdint>

#include "store/writer/retention.h"

namespace trafrec::store {

/// How large a log and its segments become. A live recording takes other ones on its way.
struct LogLimits {
  uint64_t segment_bytes_max = uint64_t{1} << 30;
  int64_t segment_age_max_ms = 3'600'000;  ///< live since its first frame; of files packet time
  /// Live: with less free space on the disk, recording sheds. 0: only when it is full.
  uint64_t free_bytes_min = uint64_t{256} << 20;
  RetentionPolicy retention{};  ///< live only
};

}  // namespace trafrec::store
