#pragma once

#include <cstddef>

namespace trafrec::compare::limits {

/// Differences of one pair of bodies that are kept: who has so many does not read the rest. The
/// others are counted.
inline constexpr size_t kDifferences = 256;
/// What is kept of a value on each side: a line of a terminal, and what a page shows unfolded.
inline constexpr size_t kShownBytes = 512;
/// Digits of a number that are compared by value. Longer ones are not the product of a computation;
/// they are compared as they are written.
inline constexpr size_t kNumberBytes = 1024;

}  // namespace trafrec::compare::limits
