#pragma once

#include <cstddef>

namespace trafrec::json::limits {

/// The longest text: places are 32 bits, and a tree takes some six times the text's memory.
inline constexpr size_t kTextBytes = size_t{64} << 20;
/// Containers in each other: the default of the parser in both products is 1,000. Whoever walks
/// over a tree may recurse.
inline constexpr size_t kDepth = 1'000;

}  // namespace trafrec::json::limits
