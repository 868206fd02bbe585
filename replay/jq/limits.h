#pragma once

#include <cstddef>

namespace trafrec::jq::limits {

/// Containers in each other, of input and result. jq itself reads 256; it frees what is deeper by
/// recursion.
inline constexpr size_t kDepth = 512;
/// Neighbours of a double that are tried as the stand-in of one number. Taken ones are those of
/// other numbers in the same text.
inline constexpr int kStandIns = 10'000;

}  // namespace trafrec::jq::limits
