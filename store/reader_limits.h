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

/// Rows whose order is decided at once: their keys take 24 bytes each.
inline constexpr size_t kKeyChunkRows = 4'096;
/// Rows fetched at once, and held until they are shown.
inline constexpr size_t kRowBatch = 128;

/// Decoded frames that a reader keeps, in bytes and in number: messages of one exchange, and
/// exchanges that overlap in time, lie in neighbouring frames.
inline constexpr size_t kFrameCacheBytes = size_t{24} << 20;
inline constexpr size_t kFrameCacheFrames = 64;
/// Decoded connection records that a reader keeps: exchanges of one connection come again and
/// again, while its entry may lie far away.
inline constexpr size_t kConnectionCacheMax = 4'096;
/// Segments after that of an exchange's final row which are asked for newer facts of its messages.
/// The recorder puts the last facts just before the row, so they are at most one rotation apart.
inline constexpr uint32_t kFactsLookahead = 2;

/// A manifest has 68 bytes a block of 1 MiB, so this is one of a segment of a terabyte. What is
/// larger is another file, and is not read to its end.
inline constexpr size_t kSmallFileBytes = size_t{72} << 20;
/// Bytes read at once to be hashed: they stay in the second-level cache until they are.
inline constexpr size_t kHashReadBytes = size_t{128} << 10;
/// Damages that verify names in one segment; more than these do not help to understand it.
inline constexpr size_t kDamagesPerSegment = 100;

}  // namespace trafrec::store::limits
