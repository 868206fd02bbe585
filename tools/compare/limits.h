#pragma once

#include <cstddef>

namespace trafrec::tools::limits {

/// Lines that only one of two answers has, until pairing lines is given up: its memory grows with
/// the square (8 MB), and nobody reads on so far.
inline constexpr size_t kLineEdits = 1'000;
/// Of one line of an answer, unless all of it is asked for.
inline constexpr size_t kLineBytes = 512;
/// Lines that are alike, shown before and behind those that differ.
inline constexpr size_t kNeighbourLines = 3;
/// Of a body that is no text, shown as a hexdump.
inline constexpr size_t kHexdumpBytes = 512;

}  // namespace trafrec::tools::limits
