#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/reader/log_reader_streams.h"

namespace trafrec::store {

/// Where the merge of several recorders must stop.
struct HoldPoint {
  TimeNs at = kTimeNever;          ///< by the reference clock
  std::optional<RecorderHold> by;  ///< nothing: nobody holds it back
};

/// The least of what the recorders know all of. One whose last attempt has ended holds back
/// nothing, nor does one of `without`.
HoldPoint FindHold(const MergeSource& source, const std::vector<std::string>& without);

}  // namespace trafrec::store
