#include "replay/ledger/redrive.h"

#include <fmt/format.h>

#include "replay/ledger/ledger_file.h"
#include "replay/ledger/letter_rows.h"
#include "replay/ledger/limits.h"

namespace trafrec::ledger {
namespace {

using store::db::Database;
using store::db::Statement;

constexpr int kDead = static_cast<int>(State::kDead);
constexpr int kBlocked = static_cast<int>(State::kBlocked);
constexpr int kRedriven = static_cast<int>(State::kRedriven);

Error NoneToMark(Database& database, const store::OperationAddress& address,
                 const std::optional<Letter>& letter) {
  if (letter && letter->blocked_by) {
    return Error{ErrorCode::kUsage,
                 fmt::format("{} is only blocked, by {}", store::FormatAddress(address),
                             FormatAddress(*letter->blocked_by)),
                 "redrive that one, and this one comes after it"};
  }
  return Error{
      ErrorCode::kNotFound,
      fmt::format("{} is no dead letter of {}", store::FormatAddress(address), database.path()),
      "trafrec dlq list RUN shows which there are"};
}

void Bind(Statement& statement, const store::OperationAddress& address) {
  statement.Bind(0, std::string_view(address.exchange.recorder))
      .Bind(1, address.exchange.attempt)
      .Bind(2, address.exchange.number)
      .Bind(3, address.item)
      .Bind(4, !address.item.has_value());
}

/// To ask for one that is redriven already is no error, and marks nothing.
Result<uint64_t> MarkOne(Database& database, const store::OperationAddress& address) {
  constexpr std::string_view kOfAddress =
      "attempt = (SELECT key FROM attempt WHERE recorder = ? AND number = ?) AND number = ? AND "
      "(item = ? OR ?)";
  TRY_ASSIGN(Statement find,
             database.Prepare(fmt::format("SELECT 1 FROM letter WHERE state IN ({}, {}) AND {}",
                                          kDead, kRedriven, kOfAddress)));
  Bind(find, address);
  TRY_ASSIGN(const bool found, find.Step());
  if (!found) {
    TRY_ASSIGN(const std::optional<Letter> letter,
               ReadLetter(database, {address.exchange, address.item.value_or(0)}));
    return std::unexpected(NoneToMark(database, address, letter));
  }
  TRY_ASSIGN(Statement mark,
             database.Prepare(fmt::format("UPDATE letter SET state = {} WHERE state = {} AND {}",
                                          kRedriven, kDead, kOfAddress)));
  Bind(mark, address);
  TRY(mark.Run());
  return static_cast<uint64_t>(database.changes());
}

Result<uint64_t> MarkSelected(Database& database, const RedriveSelection& selection) {
  if (selection.all || !selection.reason.empty()) {
    TRY_ASSIGN(Statement mark,
               database.Prepare("UPDATE letter SET state = ? WHERE state IN (?, ?) AND "
                                "(? OR reason = ?)"));
    // A reason is a dead one's; all of them take the blocked ones along, whoever blocked them.
    TRY(mark.Bind(0, kRedriven)
            .Bind(1, kDead)
            .Bind(2, selection.all ? kBlocked : kDead)
            .Bind(3, selection.all)
            .Bind(4, std::string_view(selection.reason))
            .Run());
    return static_cast<uint64_t>(database.changes());
  }
  uint64_t marked = 0;
  for (const store::OperationAddress& address : selection.operations) {
    TRY_ASSIGN(const uint64_t one, MarkOne(database, address));
    marked += one;
  }
  return marked;
}

Result<uint64_t> MarkBlocked(Database& database) {
  TRY(database.Execute(fmt::format(
      "UPDATE letter SET state = {} WHERE state = {} AND EXISTS (SELECT 1 FROM letter d WHERE "
      "d.attempt = letter.blocked_attempt AND d.number = letter.blocked_number AND "
      "d.item = letter.blocked_item AND d.state = {})",
      kRedriven, kBlocked, kRedriven)));
  return static_cast<uint64_t>(database.changes());
}

Status RefusePassed(Database& database) {
  TRY_ASSIGN(Statement mark, database.Prepare("SELECT 1 FROM mark WHERE name = ?"));
  mark.Bind(0, kPassedMark);
  TRY_ASSIGN(const bool passed, mark.Step());
  return passed ? Fail(ErrorCode::kUsage,
                       "the run went on past its letters (--on-dead continue): what came later on "
                       "the same documents is there, and older states would be put over it",
                       "trafrec dlq export takes them out; --over-newer sends them all the same")
                : Status();
}

Result<uint64_t> MarkAll(Database& database, const RedriveSelection& selection) {
  TRY_ASSIGN(uint64_t marked, MarkSelected(database, selection));
  TRY_ASSIGN(const uint64_t blocked, MarkBlocked(database));
  marked += blocked;
  TRY_ASSIGN(Statement count,
             database.Prepare("INSERT INTO counter VALUES('redriven', ?) ON CONFLICT(name) "
                              "DO UPDATE SET value = counter.value + excluded.value"));
  TRY(count.Bind(0, marked).Run());
  TRY(database.Execute("COMMIT"));
  return marked;
}

}  // namespace

Result<uint64_t> Redrive(const RunLock& lock, const RedriveSelection& selection) {
  TRY_ASSIGN(Database database, OpenLedgerFile(lock.run(), store::db::OpenMode::kReadWrite));
  database.SetBusyTimeout(limits::kBusyTimeoutMs);
  if (!selection.over_newer) {
    TRY(RefusePassed(database));
  }
  TRY(database.Execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE"));
  Result<uint64_t> marked = MarkAll(database, selection);
  if (!marked && database.in_transaction()) {
    // The Error that counts is the first one; closing the connection undoes the rest anyway.
    (void)database.Execute("ROLLBACK");
  }
  return marked;
}

}  // namespace trafrec::ledger
