#pragma once

#include <cstddef>

namespace trafrec::dialect::limits {

/// Segments of a path that are looked at. The longest known path has 8; one with more is unknown.
inline constexpr size_t kPathSegments = 32;
/// Parameters of a query that are looked at. Netty, in front of both products, takes 1024.
inline constexpr size_t kQueryParameters = 1'024;
/// Keys that one operation names one by one. One more, and it touches every index ("*"): a list of
/// names may be as long as a request line, and each key costs comparisons.
inline constexpr size_t kKeys = 256;
/// Steps of fitting a name to a pattern; where it could take more they are taken to fit. Both
/// products refuse names of more than 255 bytes.
inline constexpr size_t kPatternSteps = size_t{1} << 20;
/// Characters of an unknown segment that stand in the path's shape; more are cut. Shapes are
/// counted.
inline constexpr size_t kShapeSegmentBytes = 64;

/// Operations of one request. A bulk of the usual ten thousand lines is far below; 100 MB of empty
/// documents would be six million, at some 300 bytes each. What is beyond is one unknown operation.
inline constexpr size_t kOperations = 250'000;
/// JSON that is read. A bulk of 100 MB, the most that both products take, is read line by line; its
/// answer has some 200 bytes an item, so this is room for 300,000 items.
inline constexpr size_t kJsonBytes = size_t{64} << 20;
/// What a thread's reader keeps for the next text; a larger one gives its memory back.
inline constexpr size_t kJsonKeptBytes = size_t{1} << 20;

}  // namespace trafrec::dialect::limits
