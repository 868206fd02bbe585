#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of overlays, with its reason.

namespace trafrec::store::limits {

/// Bits a touched exchange has in the reader's filter: one in some fifty others is looked up in
/// vain.
inline constexpr uint64_t kFilterBitsEach = 16;
/// Bits of the filter at most (16 MiB). An overlay that touches more exchanges than that is good
/// for touches most of them anyway.
inline constexpr uint64_t kFilterBitsMax = uint64_t{1} << 27;
/// Exchanges that an error names: a person looks at one of them, and needs the number of the rest.
inline constexpr size_t kUnknownNamed = 5;
/// Operations in a chain of moves, each placed beside the next: more are a mistake, and following
/// them must end.
inline constexpr int kMovesFollowed = 10'000;

}  // namespace trafrec::store::limits
