#pragma once

#include <cstddef>

namespace trafrec::tools::limits {

/// Of a page, the verdicts with their evidence: what a browser opens at once, and a mail takes.
inline constexpr size_t kVerdictBytes = size_t{3} << 20;
/// Rows of a list.
inline constexpr size_t kVerdictRows = 500;
/// Of a recorded name.
inline constexpr size_t kVerdictColumns = 300;
/// The recorder's losses beside one missing mutation.
inline constexpr size_t kLossesBeside = 3;

}  // namespace trafrec::tools::limits
