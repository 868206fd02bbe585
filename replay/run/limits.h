#pragma once

#include <cstddef>
#include <cstdint>

// Every bound of a run, with its reason.

namespace trafrec::replay::limits {

/// Exchanges that wait between the planner and the loop, and their bytes: enough that neither waits
/// for the other while a frame is read. As many again may be out of the queue and wait for room in
/// the window.
inline constexpr size_t kQueuedExchanges = 2'048;
inline constexpr size_t kQueuedBytes = size_t{16} << 20;
/// Exchanges in the window that may go, or as many as may be under way: they take some 4 KiB each,
/// and more would leave a second-level cache. With what is out of the queue and in it there are
/// four tenths of a second at 10,000/s.
inline constexpr size_t kReadyExchanges = 256;
/// Exchanges that go back to the planner's thread together, to be freed; larger ones do not wait.
inline constexpr size_t kSpentBatch = 128;
inline constexpr size_t kSpentBytes = size_t{16} << 10;
/// Flights that are kept for the next ones, and what of an answer's body each keeps: 4 MiB at most,
/// so that a window full of small exchanges asks for no memory.
inline constexpr size_t kSpareFlights = 1'024;
inline constexpr size_t kKeptBodyBytes = size_t{4} << 10;
/// Bytes of exchanges that are held in the window; with the queue, the results' queue and the
/// connections a run stays below 256 MB.
inline constexpr size_t kHeldBytes = size_t{64} << 20;
/// Where the order needs more of them at a time (large bulks that were under way together), so
/// many, and one more. Beyond that the order is given up, and said to be.
inline constexpr size_t kHeldBytesMost = size_t{256} << 20;
/// A body is put in pieces of this size, so that a frame never has to hold a large one.
inline constexpr size_t kExtentBytes = size_t{256} << 10;
/// The ledger is committed at least so often; at once where an intent waits for it, and with an
/// outcome so long after the commit before: kill -9 loses no more of what was answered. A commit
/// takes some 0.1 ms.
inline constexpr int64_t kCommitMs = 100;
inline constexpr int64_t kCommitSoonMs = 3;
/// An answer without its content coding; both products' greatest request, and then some.
inline constexpr size_t kAnswerBytes = size_t{256} << 20;
/// Readings between two copies of a request. A target whose answers never say what is asked counts
/// as one that does not answer.
inline constexpr uint32_t kReadingsInARow = 8;
/// How long a run that is stopped waits for the answers that are due.
inline constexpr int64_t kStopPatienceMs = 10'000;
/// Dead keys that later operations are held against, one by one; beyond it, everything is blocked.
inline constexpr size_t kDeadKeys = 10'000;
/// A target that says 429 or 503 is given less to do, down to this, and more again after so many
/// answers.
inline constexpr size_t kConcurrencyLeast = 1;
inline constexpr uint64_t kAnswersForOneMore = 20;
/// So many first answers that are errors where the source had none are another service's.
inline constexpr uint32_t kStrangeAnswers = 10;
/// A target that answers a probe, and yet 502, 503 and 504 to so many requests one after another,
/// is away for what is asked of it. A target that is away is asked at least so often.
inline constexpr uint32_t kUnreachedAnswers = 20;
inline constexpr int64_t kAwayProbeMs = 2'000;
/// Times in which a target was away, that are remembered for what was late because of one.
inline constexpr size_t kAwayTimes = 64;
/// Of an answer that ends the run, what a message shows: a sentence.
inline constexpr size_t kShownBytes = 160;

}  // namespace trafrec::replay::limits
