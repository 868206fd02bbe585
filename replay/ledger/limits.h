#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of the ledger, with its reason.

namespace trafrec::ledger::limits {

/// Exchange numbers of one row of done exchanges: 512 bytes, of which a page holds several, and a
/// commit at 80,000 reads/s changes few.
inline constexpr uint64_t kNumbersPerRow = 4'096;
/// Documents that a reader remembers (some 200 bytes each), the last written ones. Of others the
/// target must be asked.
inline constexpr size_t kDocumentsMax = 131'072;
/// Scrolls and other contexts in a reader's memory; their ids are up to some KiB.
inline constexpr size_t kContextsMax = 1'024;
/// Letters of one page: a person's screen, or a call's memory.
inline constexpr size_t kLettersMax = 1'000;
/// SQLite's page cache of the committer: the tails of the tables.
inline constexpr int kPageCacheKiB = 16 * 1024;
/// Pages of the WAL (4 KiB each) after which it is moved into the file: a page that many batches
/// change is moved once. Bounds the WAL to about 32 MiB.
inline constexpr int kWalPages = 8'000;
/// For how long a commit waits for a reader that recovers the WAL, or a person's own sqlite3.
inline constexpr int kBusyTimeoutMs = 10'000;

}  // namespace trafrec::ledger::limits
