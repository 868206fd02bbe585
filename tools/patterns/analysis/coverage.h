#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/reader/log_reader.h"
#include "tools/patterns/analysis/timeline.h"

namespace trafrec::patterns {

/// A time in which traffic may be missing from the log. Both ends belong to it.
struct Hole {
  TimeNs from = 0;
  TimeNs until = 0;
  std::vector<std::string> causes;  ///< as loss rows name them; "not_recording", "deleted"

  friend bool operator==(const Hole&, const Hole&) = default;
};

/// When somebody recorded, and where that is not sure to be all.
struct Coverage {
  TimeNs from = 0;
  TimeNs until = 0;
  std::vector<Hole> holes;  ///< in order, apart from each other, within [from, until]

  int64_t hole_ns() const;
};

/// From the recorders' starts, stops and loss rows. A recorder's part begins with its first start
/// and ends with its last stop: within it, what it did not see is a hole, even if others recorded
/// then, for they may see other traffic. Nothing if there is no part, or none of it in
/// [since, until).
std::optional<Coverage> CoverageOf(const std::vector<store::AttemptInfo>& attempts,
                                   std::optional<TimeNs> since, std::optional<TimeNs> until);

/// Makes slots of the whole coverage, and marks those that are outside of it, or that a hole
/// touches.
void MarkHoles(const Coverage& coverage, Timeline& timeline);

}  // namespace trafrec::patterns
