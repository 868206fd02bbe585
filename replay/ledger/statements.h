#pragma once

#include <string_view>

// What a writer of a ledger says to its database: plain SQL with `?` for what is bound, so that
// another database can be told the same. Only how a transaction begins, how tables are made, and
// what reads for people is SQLite's own. tests/replay/ledger/check_postgresql.py tries them.

namespace trafrec::ledger::statements {

// Taking a range. The row of the run is changed by every taking, so they come one after another.

inline constexpr std::string_view kCountTaking = "UPDATE run SET epoch = epoch + 1";
inline constexpr std::string_view kFindOverlap =
    "SELECT from_ns, until_ns FROM taken WHERE from_ns < ? AND until_ns > ? "
    "AND NOT (from_ns = ? AND until_ns = ?)";
inline constexpr std::string_view kTake =
    "INSERT INTO taken(from_ns, until_ns, epoch, commits) "
    "VALUES(?, ?, (SELECT epoch FROM run), 0) "
    "ON CONFLICT(from_ns) DO UPDATE SET epoch = excluded.epoch RETURNING epoch";
/// The first one of each commit. No row: the range was taken by somebody else since.
inline constexpr std::string_view kGuard =
    "UPDATE taken SET commits = commits + 1 WHERE from_ns = ? AND epoch = ?";

// Before the first transaction that writes: what is there.

inline constexpr std::string_view kReadPosition =
    "SELECT t.position_ns, a.recorder, a.number, t.position_number "
    "FROM taken t JOIN attempt a ON a.key = t.position_attempt "
    "WHERE t.from_ns = ? AND t.until_ns = ?";
inline constexpr std::string_view kReadIntents =
    "SELECT a.recorder, a.number, i.number, i.item, i.tries, i.conditional, i.seq_no, "
    "i.primary_term FROM intent i JOIN attempt a ON a.key = i.attempt "
    "ORDER BY i.attempt, i.number, i.item";
/// An intent outranks the letter of the same operation: of one that was sent again, more is known
/// by it. No operation has both a letter and an outcome.
inline constexpr std::string_view kReadStates =
    "SELECT item, min(state) FROM ("
    "SELECT attempt, number, item, 1 AS state FROM intent UNION ALL "
    "SELECT attempt, number, item, 2 FROM outcome UNION ALL "
    "SELECT attempt, number, item, state FROM letter) AS known "
    "WHERE attempt = (SELECT key FROM attempt WHERE recorder = ? AND number = ?) "
    "AND number = ? GROUP BY item ORDER BY item";
inline constexpr std::string_view kCountStates =
    "SELECT 1, count(*) FROM intent UNION ALL SELECT 2, count(*) FROM outcome UNION ALL "
    "SELECT state, count(*) FROM letter GROUP BY state";
inline constexpr std::string_view kFindWrite =
    "SELECT target_seq_no, target_term FROM written WHERE index_name = ? AND source_seq_no = ? "
    "AND source_term = ? AND id = ?";
inline constexpr std::string_view kFindContext =
    "SELECT target_id FROM context WHERE source_id = ?";

// Within a transaction. The rows of the first three are put many at a time: VALUES stands between
// the two halves.

inline constexpr std::string_view kPutIntent = "INSERT INTO intent";
inline constexpr std::string_view kIntentAgain =
    "ON CONFLICT(attempt, number, item) DO UPDATE SET tries = excluded.tries, "
    "conditional = excluded.conditional, seq_no = excluded.seq_no, "
    "primary_term = excluded.primary_term";
inline constexpr std::string_view kPutOutcome = "INSERT INTO outcome";
inline constexpr std::string_view kOutcomeAgain =
    "ON CONFLICT(attempt, number, item) DO UPDATE SET tries = excluded.tries, "
    "status = excluded.status, fate = excluded.fate, as_source = excluded.as_source, "
    "result = excluded.result, why = excluded.why";
inline constexpr std::string_view kPutWritten = "INSERT INTO written";
inline constexpr std::string_view kWrittenAgain =
    "ON CONFLICT(index_name, source_seq_no, source_term, id) DO UPDATE SET "
    "target_seq_no = excluded.target_seq_no, target_term = excluded.target_term";
inline constexpr std::string_view kPutLetter =
    "INSERT INTO letter VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT(attempt, number, item) DO UPDATE SET state = excluded.state, "
    "reason = excluded.reason, why = excluded.why, tries = excluded.tries, "
    "status = excluded.status, given_up_ns = excluded.given_up_ns, "
    "conditional = excluded.conditional, seq_no = excluded.seq_no, "
    "primary_term = excluded.primary_term, blocked_attempt = excluded.blocked_attempt, "
    "blocked_number = excluded.blocked_number, blocked_item = excluded.blocked_item";
inline constexpr std::string_view kRemoveIntent =
    "DELETE FROM intent WHERE attempt = ? AND number = ? AND item = ?";
inline constexpr std::string_view kRemoveLetter =
    "DELETE FROM letter WHERE attempt = ? AND number = ? AND item = ?";
/// A row may hold bits of a neighbouring range. Where transactions run side by side, which SQLite's
/// do not, it is read FOR UPDATE.
inline constexpr std::string_view kReadDone =
    "SELECT bits FROM done WHERE attempt = ? AND page = ?";
inline constexpr std::string_view kPutDone =
    "INSERT INTO done VALUES(?,?,?) ON CONFLICT(attempt, page) DO UPDATE SET bits = excluded.bits";
inline constexpr std::string_view kPutContext =
    "INSERT INTO context VALUES(?,?) ON CONFLICT(source_id) "
    "DO UPDATE SET target_id = excluded.target_id";
inline constexpr std::string_view kAddCounter =
    "INSERT INTO counter VALUES(?,?) ON CONFLICT(name) "
    "DO UPDATE SET value = counter.value + excluded.value";
inline constexpr std::string_view kPutMark =
    "INSERT INTO mark VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value = excluded.value";
inline constexpr std::string_view kPutPassedOver =
    "INSERT INTO passed_over VALUES(?,?,?,?) ON CONFLICT(attempt, number) "
    "DO UPDATE SET items = excluded.items";
inline constexpr std::string_view kRemovePassedOver =
    "DELETE FROM passed_over WHERE attempt = ? AND number = ?";
inline constexpr std::string_view kPutIndexStart =
    "INSERT INTO index_count VALUES(?,?,?,0,0,0,0,0) ON CONFLICT(target, index_name) "
    "DO UPDATE SET at_start = excluded.at_start";
/// A deletion of the index undoes what was counted before it.
inline constexpr std::string_view kPutIndexChange =
    "INSERT INTO index_count VALUES(?,?,0,?,?,?,?,?) ON CONFLICT(target, index_name) DO UPDATE SET "
    "created = index_count.created * (1 - excluded.emptied) + excluded.created, "
    "deleted = index_count.deleted * (1 - excluded.emptied) + excluded.deleted, "
    "unclear = index_count.unclear * (1 - excluded.emptied) + excluded.unclear, "
    "assumed = index_count.assumed * (1 - excluded.emptied) + excluded.assumed, "
    "emptied = index_count.emptied | excluded.emptied";
inline constexpr std::string_view kPutPosition =
    "UPDATE taken SET position_ns = ?, position_attempt = ?, position_number = ? "
    "WHERE from_ns = ?";

}  // namespace trafrec::ledger::statements
