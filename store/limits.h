#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of the writing half of the store, with its reason.

namespace trafrec::store::limits {

/// A frame is closed when its raw bytes reach this: large enough for zstd to find what repeats,
/// small enough that one exchange is read within milliseconds.
inline constexpr size_t kFrameCutBytes = size_t{960} << 10;
/// No record is added that would make a frame larger, unless the record alone is.
inline constexpr size_t kFrameFullBytes = size_t{1} << 20;
/// Compression must save at least 3%, or reading pays for nothing.
inline constexpr double kStoredRatioMax = 0.97;

/// Targets and hosts known by their id while a segment is written. At the bound all are forgotten,
/// so a text may have two ids. More of them would not stay in a processor's cache, and where
/// targets are many, most are new.
inline constexpr size_t kTextsMax = 4'096;
inline constexpr size_t kTextBytesMax = size_t{8} << 20;
/// Texts that are encrypted together: what a reader decrypts to see one of them, in some 50 µs.
inline constexpr size_t kTextBlockBytes = size_t{32} << 10;
/// Closed connections whose facts are kept for exchanges that settle after the close.
inline constexpr size_t kClosedConnectionsMax = 65'536;

/// A finite job waits when this much is on its way: enough to keep two cores busy, and the rest of
/// the memory is better spent elsewhere.
inline constexpr size_t kFiniteQueueBytes = size_t{16} << 20;
/// Written frames that are kept for reuse: as many as are under way at once while nothing is late.
/// A burst takes more; they go back to the heap, or the memory of the worst moment would be kept.
inline constexpr size_t kSpareFramesMax = 4;
/// Stored bytes of one transaction of a finite job: few commits, and dirty pages fit the cache.
inline constexpr size_t kFiniteBatchBytes = size_t{8} << 20;
/// SQLite's page cache: the tails of the tables and one batch.
inline constexpr int kPageCacheKiB = 16 * 1024;
/// Pages of the WAL (16 KiB each) after which it is moved into the file: bounds the WAL to about 16
/// MiB and recovery after a crash to a fraction of a second.
inline constexpr int kWalPages = 1'000;

/// Held beside an open segment and given back when the disk is full, so that the last rows and the
/// seal still have room.
inline constexpr int64_t kReserveBytes = int64_t{1} << 20;
/// Storing goes on when this much is free: less would be full again after a few frames, and every
/// such try would be a loss row.
inline constexpr int64_t kResumeBytes = int64_t{8} << 20;
/// How often the free space is looked at: a call of microseconds, and a disk of 1 GB/s loses 200 MB
/// meanwhile.
inline constexpr int64_t kSpaceLookMs = 200;
/// The mark below which recording saves space is at most this share of the disk.
inline constexpr uint64_t kSpaceMarkShare = 20;
/// Pressure at that mark: that at which reassembly begins to shed (reassembly/limits.h).
inline constexpr double kSpacePressureMin = 0.70;
/// After a full disk: longest pause before the next try.
inline constexpr int64_t kRetryLongestMs = 5'000;

/// A reader may hold a lock on a segment that is just being made, or read back a WAL: a recorder
/// waits for it. A reader needs milliseconds; where nothing gets the processor, more.
inline constexpr int kReaderBusyMs = 10'000;

/// Without `--durability full` the WAL is synced that often: what a power loss can take.
inline constexpr int64_t kSyncIntervalMs = 1'000;
/// A sentinel must pass within this of its own time: longer than clocks that are kept in step
/// differ, short enough that few nonces must be known.
inline constexpr int64_t kSentinelWindowNs = int64_t{60} * 1'000'000'000;
/// Nonces known at a time: half a year of sentinels every 15 seconds, for jobs that read old
/// captures; about 100 MB if there are so many.
inline constexpr size_t kNoncesMax = size_t{1} << 20;
/// Sentinels whose request is verified and whose answer is awaited. Only who holds a trusted key
/// can make them; beyond it the oldest counts as unanswered.
inline constexpr size_t kSentinelsAwaitedMax = 4'096;

/// Rows of the marks' history: fine enough to see when something held them, and hardly any bytes.
inline constexpr int64_t kWatermarkIntervalNs = int64_t{10} * 1'000'000'000;

/// Our readers hold an open segment for at most 100 ms; the sealer asks again that often.
inline constexpr int64_t kSealRetryMs = 50;
/// How long Close waits for foreign readers before it leaves the segment to the next start.
inline constexpr int64_t kSealPatienceMs = 2'000;
/// How often retention is looked at when no segment is sealed: much finer than any age that is
/// asked for, and one listing of a folder a time.
inline constexpr int64_t kTidyIntervalMs = 10'000;
/// When nothing but the marks moves, they are stored that often: an idle recorder should not wear
/// out the disk.
inline constexpr int64_t kIdleMarksIntervalMs = 1'000;
/// Counters of a live recording are stored that often.
inline constexpr int64_t kCountersIntervalMs = 1'000;
/// A live recorder asks the kernel that often what it dropped. If it dies in between nobody knows,
/// so the row of its crash begins that much before its mark.
inline constexpr int64_t kDropsIntervalMs = 1'000;
/// Loss rows that wait for room on a full disk, each; more, and those of one cause are joined.
inline constexpr size_t kKeptLosses = 1'000;

}  // namespace trafrec::store::limits
