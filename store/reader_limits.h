#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of the reading half of the store, with its reason.

namespace trafrec::store::limits {

/// Connections to sealed segments that a reader keeps: enough for a merge of several recorders.
inline constexpr size_t kReaderConnectionsMax = 8;
/// SQLite's page cache of each of them.
inline constexpr int kReaderPageCacheKiB = 2 * 1024;
/// Verify reads a segment once, from front to back.
inline constexpr int kVerifyPageCacheKiB = 1024;

/// An open segment cannot be sealed while a reader is connected, so between two statements a
/// reader goes away once it has stayed this long; 100 ms is what it may take in all.
inline constexpr int64_t kOpenSegmentHoldMs = 40;
/// How long a statement on an open segment waits for a lock (recovery, a checkpoint's end), and how
/// often the whole is tried again, also when the file got its next name just then.
inline constexpr int kOpenSegmentBusyMs = 50;
inline constexpr int kOpenSegmentTries = 10;
/// A finite job keeps its lock until it ends, so nobody waits for it for longer. A live recorder
/// holds one for moments, and only looks longer where it does not get the processor.
inline constexpr int kLiveSegmentTries = 60;

/// Rows whose order is decided at once: their keys take 24 bytes each.
inline constexpr size_t kKeyChunkRows = 4'096;
/// Rows fetched at once, and held until they are shown.
inline constexpr size_t kRowBatch = 128;

/// A count or a group is made in parts: numbers of exchanges to a part, so that processors share
/// even one segment, and a part takes some tenths of a second.
inline constexpr int64_t kPartNumbers = 500'000;
/// Groups of all parts that are held together, some 100 bytes each; what has more is not split.
inline constexpr size_t kPartRowsMax = 500'000;
inline constexpr unsigned kPartWorkersMax = 16;

/// Decoded frames that a reader keeps, in bytes and in number: messages of one exchange, and
/// exchanges that overlap in time, lie in neighbouring frames.
inline constexpr size_t kFrameCacheBytes = size_t{24} << 20;
inline constexpr size_t kFrameCacheFrames = 64;
/// Decrypted blocks of texts that a reader keeps: the one of the hosts, and those of some scans.
inline constexpr size_t kTextBlocksKept = 8;
/// Decoded connection records that a reader keeps: exchanges of one connection come again and
/// again, while its entry may lie far away.
inline constexpr size_t kConnectionCacheMax = 4'096;
/// Segments after that of an exchange's final row which are asked for newer facts of its messages.
/// The recorder puts the last facts just before the row, so they are at most one rotation apart.
inline constexpr uint32_t kFactsLookahead = 2;

/// Messages of a recorder by which clocks are compared: enough for many stretches of time, and 24
/// bytes each.
inline constexpr size_t kClockSamplesMax = 65'536;
/// Stretches of time with an offset of their own, and how many messages make one: drift shows, and
/// chance does not.
inline constexpr size_t kClockStretches = 64;
inline constexpr size_t kClockStretchMatches = 256;
/// Fewer in one direction prove nothing.
inline constexpr size_t kClockMatchesMin = 4;
/// Timestamps of captures have at best microseconds.
inline constexpr int64_t kClockGrainNs = 1'000;

/// Sightings of one exchange lie that near to each other, when the clocks are put right: the way
/// between two recorders, the bound of the estimate, and a packet that was lost on the way three
/// times (0.2 + 0.4 + 0.8 s), so that one recorder saw the fourth copy only.
inline constexpr int64_t kSightingWindowNs = 2'000'000'000;
/// Rows that wait for other sightings, some 600 bytes each; beyond that the oldest waits no longer.
inline constexpr size_t kSightingRowsMax = 65'536;
/// Answers whose request one recorder missed are looked for that far ahead of the request that
/// another one saw, and so many at once.
inline constexpr int64_t kAnswerLookaheadNs = 60'000'000'000;
inline constexpr size_t kAnswerRowsMax = 16'384;
/// An answer without its request is written when it is settled, which the marks do not wait for: a
/// reader that follows looks back that far for them.
inline constexpr int64_t kLateAnswerNs = 10'000'000'000;
/// A reader that follows several recorders looks again when all of them have come so much further:
/// each look reads the window again.
inline constexpr int64_t kFollowStepNs = 500'000'000;
/// Bodies of which no recorder has the whole are put together up to that size.
inline constexpr uint64_t kPiecedBodyBytesMax = uint64_t{256} << 20;

/// A manifest has 68 bytes a block of 1 MiB, so this is one of a segment of a terabyte. What is
/// larger is another file, and is not read to its end.
inline constexpr size_t kSmallFileBytes = size_t{72} << 20;
/// Bytes read at once to be hashed: they stay in the second-level cache until they are.
inline constexpr size_t kHashReadBytes = size_t{128} << 10;
/// Damages that verify names in one segment; more than these do not help to understand it.
inline constexpr size_t kDamagesPerSegment = 100;
/// Tries that fail before a repair gives up a table of a damaged encrypted segment: more than one
/// lost interior page of its tree costs.
inline constexpr int kRepairFailuresMax = 1'000'000;
/// How far a repair looks for rows where a table does not say how many it has.
inline constexpr int64_t kRepairKeysMax = int64_t{1} << 32;

}  // namespace trafrec::store::limits
