#pragma once

#include <cstddef>
#include <cstdint>

namespace trafrec::compare::limits {

/// Differences of one pair of bodies that are kept: who has so many does not read the rest. The
/// others are counted.
inline constexpr size_t kDifferences = 256;
/// What is kept of a value on each side: a line of a terminal, and what a page shows unfolded.
inline constexpr size_t kShownBytes = 512;
/// Of two long values that are the same at the beginning, what is shown before the first
/// difference: the words around it, and all of what redaction puts in a secret's place.
inline constexpr size_t kShownBefore = 64;
/// Digits of a number that are compared by value. Longer ones are not the product of a computation;
/// they are compared as they are written.
inline constexpr size_t kNumberBytes = 1024;

/// Down to this depth values are first compared as they are written: it spares most of the walk,
/// and costs at most the document's length once a level.
inline constexpr size_t kTextDepth = 16;

/// Scores nearer to each other, as a share, sort alike: they are sums of 32-bit floats, whose order
/// depends on the segments.
inline constexpr double kScoreRounding = 1e-5;

/// `**` in one pattern: each multiplies the places to try by the document's depth.
inline constexpr size_t kDeepWildcards = 2;
/// Digits that a rule may round to, before or behind the point: more than any product prints.
inline constexpr int64_t kRoundDigits = 64;
/// Numbers that differ by more than this share are not suggested to be tolerated.
inline constexpr double kSuggestedShare = 0.1;
/// Groups of differences that a tally keeps. Shapes and places are folded, so a log has hundreds;
/// more are the work of names that could not be folded, and are counted together.
inline constexpr size_t kGroups = 10'000;
/// Places of noise that are learned, the most frequent first: each is a rule, which is asked for
/// each pair of its shape.
inline constexpr size_t kNoises = 1'000;
/// So many standard deviations two rates must be apart, so that chance does not do it: one place in
/// a thousand.
inline constexpr double kNoiseDeviations = 3;
/// Pairs of a group whose ids are kept: more examples of one kind tell nothing new.
inline constexpr size_t kSamples = 3;
/// Lines of two texts that are compared, one by one. The rest is compared as a whole.
inline constexpr size_t kLines = 10'000;
/// Shapes whose latencies are counted apart: 20 to 30 KB each. More are the work of names that
/// could not be folded.
inline constexpr size_t kLatencyShapes = 1'000;
/// Shapes whose sizes are counted apart: 8 to 20 KB each.
inline constexpr size_t kSizeShapes = 1'000;
/// Columns of latency over time, as many as a wide page shows; then two become one.
inline constexpr size_t kLatencyColumns = 120;

}  // namespace trafrec::compare::limits
