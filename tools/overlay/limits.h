#pragma once

#include <cstddef>

// Every bound of `trafrec overlay`, with its reason.

namespace trafrec::tools::limits {

/// A request, a body or a line that a person lays over a log: as large as a body that replay edits.
inline constexpr size_t kOverlayInputBytes = size_t{256} << 20;

}  // namespace trafrec::tools::limits
