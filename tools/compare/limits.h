#pragma once

#include <cstddef>
#include <cstdint>

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
/// Entries of a run's overlay that a report names.
inline constexpr size_t kAmendmentLines = 20;
/// Pairs that a thread takes at a time: several frames' worth of small exchanges, so that few
/// frames are taken apart by two threads. 3 MB of rows.
inline constexpr size_t kBatchPairs = 2'048;
/// Rows that are read ahead to be found by a run's: as many operations as a replay may hold are
/// apart at most. 40 MB.
inline constexpr size_t kRowsAhead = 65'536;
/// Different requests of which the last answer is kept, to be compared with the next one. 10 MB.
inline constexpr size_t kRepeatsKept = 16'384;
/// Names of indices of which the last write is known.
inline constexpr size_t kIndicesKept = 65'536;
/// Differences that wait for their turn to be counted, of one thread.
inline constexpr size_t kHeldBytes = size_t{4} << 20;
/// A pair whose answers are longer together is compared while no other such pair is: its memory is
/// several times its length.
inline constexpr size_t kLargeBytes = size_t{4} << 20;

/// What a comparison keeps beside the run, as it is on the disk: some 60 bytes a pair, so that four
/// million fit. What would be larger is not kept.
inline constexpr uint64_t kKeptBytes = uint64_t{256} << 20;
/// Of it, what is compressed at a time.
inline constexpr size_t kKeptBlockBytes = size_t{1} << 20;

/// Of a page, kinds of differences with their samples: what a browser opens at once, and a mail
/// takes. Other parts have their own limits, and are 1 MB at most together.
inline constexpr size_t kPageBytes = size_t{3} << 20;
inline constexpr size_t kPageGroups = 500;
/// Rows of a list, and of a sample.
inline constexpr size_t kPageRows = 500;
inline constexpr size_t kSampleRows = 80;
/// Columns of a value in a sentence, and of a shape's name.
inline constexpr size_t kPageValueColumns = 100;
inline constexpr size_t kPageNameColumns = 200;
/// Shapes whose latencies are drawn.
inline constexpr size_t kPagePlots = 12;

}  // namespace trafrec::tools::limits
