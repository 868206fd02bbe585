#include "store/overlay/overlay_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "store/overlay/limits.h"
#include "store/overlay/overlay_check.h"

namespace trafrec::store {
namespace {

// What is there already is not written again: putting the same twice leaves each byte as it is.
constexpr const char* kPutEntry =
    "INSERT INTO entry VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT(attempt, number, item, kind) DO UPDATE SET (text, verdict, grade, after, "
    "other_attempt, other_number, other_item, index_uuid, shard, primary_term, seq_no) = "
    "(excluded.text, excluded.verdict, excluded.grade, excluded.after, excluded.other_attempt, "
    "excluded.other_number, excluded.other_item, excluded.index_uuid, excluded.shard, "
    "excluded.primary_term, excluded.seq_no) WHERE (text, verdict, grade, after, other_attempt, "
    "other_number, other_item, index_uuid, shard, primary_term, seq_no) IS NOT "
    "(excluded.text, excluded.verdict, excluded.grade, excluded.after, excluded.other_attempt, "
    "excluded.other_number, excluded.other_item, excluded.index_uuid, excluded.shard, "
    "excluded.primary_term, excluded.seq_no)";
constexpr const char* kPutRewrite =
    "INSERT INTO rewrite VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(attempt, number, item) DO UPDATE "
    "SET (method, target, set_fields, removed_fields, body, pointers) = (excluded.method, "
    "excluded.target, excluded.set_fields, excluded.removed_fields, excluded.body, "
    "excluded.pointers) WHERE (method, target, set_fields, removed_fields, body, pointers) IS NOT "
    "(excluded.method, excluded.target, excluded.set_fields, excluded.removed_fields, "
    "excluded.body, excluded.pointers)";
constexpr const char* kPutInsertion =
    "INSERT INTO insertion VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(number) DO UPDATE SET "
    "(place, attempt, exchange, at_ns, method, target, fields, body, index_uuid, shard, "
    "primary_term, seq_no, reason) = (excluded.place, excluded.attempt, excluded.exchange, "
    "excluded.at_ns, excluded.method, excluded.target, excluded.fields, excluded.body, "
    "excluded.index_uuid, excluded.shard, excluded.primary_term, excluded.seq_no, "
    "excluded.reason) WHERE (place, attempt, exchange, at_ns, method, target, fields, body, "
    "index_uuid, shard, primary_term, seq_no, reason) IS NOT (excluded.place, excluded.attempt, "
    "excluded.exchange, excluded.at_ns, excluded.method, excluded.target, excluded.fields, "
    "excluded.body, excluded.index_uuid, excluded.shard, excluded.primary_term, excluded.seq_no, "
    "excluded.reason)";

/// What SQLite would say in words that help nobody.
Status CheckPlace(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return Fail(ErrorCode::kUsage,
                fmt::format("cannot write an overlay to {}: it is a directory", path.string()),
                "name a file in it");
  }
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  if (!std::filesystem::is_directory(parent, ignored)) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("cannot write an overlay to {}: there is no folder {}", path.string(),
                            parent.string()),
                "make the folder, or name another one");
  }
  const bool exists = std::filesystem::exists(path, ignored);
  // SQLite writes a journal beside the file.
  if (access(parent.c_str(), W_OK | X_OK) != 0 || (exists && access(path.c_str(), W_OK) != 0)) {
    return FailErrno(errno, fmt::format("cannot write an overlay to {}", path.string()),
                     "name a file in a folder that you may write to");
  }
  return {};
}

Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

void BindPosition(db::Statement& statement, int first, const CommitPosition* position) {
  if (position == nullptr) {
    statement.BindNull(first).BindNull(first + 1).BindNull(first + 2).BindNull(first + 3);
    return;
  }
  statement.Bind(first, std::string_view(position->index_uuid))
      .Bind(first + 1, position->shard)
      .Bind(first + 2, position->primary_term)
      .Bind(first + 3, position->seq_no);
}

void BindBytes(db::Statement& statement, int parameter, const std::optional<std::string>& bytes) {
  if (bytes) {
    statement.Bind(parameter, AsBytes(*bytes));
  } else {
    statement.BindNull(parameter);
  }
}

std::string_view TextOf(const OverlayEntry& entry) {
  if (const auto* drop = std::get_if<OverlayDrop>(&entry.what)) {
    return drop->reason;
  }
  if (const auto* verdict = std::get_if<OverlayVerdict>(&entry.what)) {
    return verdict->evidence;
  }
  if (const auto* move = std::get_if<OverlayMove>(&entry.what)) {
    return move->reason;
  }
  const auto* rewrite = std::get_if<OverlayRewrite>(&entry.what);
  return rewrite != nullptr ? std::string_view(rewrite->reason) : std::string_view();
}

}  // namespace

Result<std::unique_ptr<OverlayWriter>> OverlayWriter::Open(const std::filesystem::path& path,
                                                           const std::string& log_id) {
  TRY(CheckPlace(path));
  // An empty file is what a crash leaves of an overlay that was never committed.
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  const bool is_new = failure || size == 0;
  auto database = failure  ? db::Database::Open(path, db::OpenMode::kCreate)
                  : is_new ? db::Database::Open(path, db::OpenMode::kReadWrite)
                           : OpenOverlayFile(path, db::OpenMode::kReadWrite);
  if (!database) {
    return std::unexpected(database.error());
  }
  auto writer = std::unique_ptr<OverlayWriter>(
      new OverlayWriter(*std::move(database), failure ? path : std::filesystem::path()));
  TRY(writer->Begin(log_id, is_new));
  return writer;
}

Status OverlayWriter::Begin(const std::string& log_id, bool is_new) {
  TRY(database_.Execute("BEGIN IMMEDIATE"));
  if (is_new) {
    TRY(MakeOverlayTables(database_, log_id));
  }
  TRY(RequireLog(database_, log_id));
  struct Wanted {
    db::Statement* statement;
    const char* sql;
  };
  for (const Wanted& each :
       std::array{Wanted{&put_entry_, kPutEntry}, Wanted{&put_rewrite_, kPutRewrite},
                  Wanted{&put_insertion_, kPutInsertion},
                  Wanted{&find_move_,
                         "SELECT a.recorder, a.number, e.other_number, e.other_item FROM entry e "
                         "JOIN attempt a ON a.key = e.other_attempt WHERE e.attempt = ? AND "
                         "e.number = ? AND e.item = ? AND e.kind = 3"}}) {
    TRY_ASSIGN(*each.statement, database_.Prepare(each.sql, true));
  }
  return attempts_.Prepare(database_);
}

Status OverlayWriter::Put(const OverlayEntry& entry) {
  TRY(CheckEntry(entry));
  const auto* verdict = std::get_if<OverlayVerdict>(&entry.what);
  const auto* move = std::get_if<OverlayMove>(&entry.what);
  if (move != nullptr) {
    TRY(RefuseCircle(entry.at, *move));
  }
  TRY(BindAddress(put_entry_, 0, entry.at));
  put_entry_.Bind(3, entry.what.index() + 1).Bind(4, TextOf(entry));
  for (int column = 5; column < 11; ++column) {
    put_entry_.BindNull(column);
  }
  if (verdict != nullptr) {
    put_entry_.Bind(5, static_cast<int>(verdict->verdict))
        .Bind(6, static_cast<int>(verdict->grade));
  }
  if (move != nullptr) {
    put_entry_.Bind(7, move->after);
    TRY(BindAddress(put_entry_, 8, move->other));
  }
  BindPosition(put_entry_, 11, std::get_if<CommitPosition>(&entry.what));
  TRY(put_entry_.Run());
  const auto* rewrite = std::get_if<OverlayRewrite>(&entry.what);
  return rewrite == nullptr ? Status() : PutRewrite(entry.at, *rewrite);
}

Status OverlayWriter::PutRewrite(const OperationAddress& at, const OverlayRewrite& rewrite) {
  std::string removed;
  for (const std::string& name : rewrite.removed_fields) {
    removed += (removed.empty() ? "" : "\n") + name;
  }
  const std::string pointers = PointersText(rewrite);
  TRY(BindAddress(put_rewrite_, 0, at));
  put_rewrite_.Bind(
      3, rewrite.method.transform([](const std::string& text) { return std::string_view(text); }));
  BindBytes(put_rewrite_, 4, rewrite.target);
  put_rewrite_.Bind(5, AsBytes(rewrite.set_fields)).Bind(6, std::string_view(removed));
  BindBytes(put_rewrite_, 7, rewrite.body);
  return put_rewrite_.Bind(8, std::string_view(pointers)).Run();
}

Result<uint64_t> OverlayWriter::Put(const Insertion& insertion) {
  uint64_t number = insertion.number;
  if (number == 0) {
    TRY_ASSIGN(const auto last,
               database_.QueryInt("SELECT max(number) FROM (SELECT number FROM insertion UNION ALL "
                                  "SELECT CAST(value AS INTEGER) FROM fact WHERE name = "
                                  "'insertions_removed_to')"));
    number = static_cast<uint64_t>(last.value_or(0)) + 1;
  }
  put_insertion_.Bind(0, number).Bind(1, static_cast<int>(insertion.place));
  if (insertion.place == Place::kAtTime) {
    put_insertion_.BindNull(2).BindNull(3).Bind(4, insertion.at);
  } else {
    TRY_ASSIGN(const int64_t attempt, attempts_.Of(insertion.beside));
    put_insertion_.Bind(2, attempt).Bind(3, insertion.beside.number).BindNull(4);
  }
  put_insertion_.Bind(5, std::string_view(insertion.method))
      .Bind(6, AsBytes(insertion.target))
      .Bind(7, AsBytes(insertion.fields))
      .Bind(8, AsBytes(insertion.body));
  BindPosition(put_insertion_, 9, insertion.position ? &*insertion.position : nullptr);
  TRY(put_insertion_.Bind(13, std::string_view(insertion.reason)).Run());
  return number;
}

OverlayWriter::~OverlayWriter() {
  std::error_code ignored;
  if (!made_.empty()) {
    std::filesystem::remove(made_, ignored);
  }
}

Status OverlayWriter::CheckAgainst(const std::string& log_id, LogReader& log) {
  return CheckOverlay(database_, log_id, log);
}

Status OverlayWriter::Commit() {
  TRY(database_.Execute("COMMIT"));
  made_.clear();
  return {};
}

/// Each operation has one move at most, so what it comes beside is a chain.
Status OverlayWriter::RefuseCircle(const OperationAddress& at, const OverlayMove& move) {
  OperationAddress next = move.other;
  for (int followed = 0; followed < limits::kMovesFollowed; ++followed) {
    if (next == at) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("{} cannot be moved beside {}, which is itself moved beside it",
                              FormatAddress(at), FormatAddress(move.other)),
                  "move one of them only");
    }
    TRY(BindAddress(find_move_, 0, next));
    const Result<bool> row = find_move_.Step();
    if (row && *row) {
      next = {.exchange = {.recorder = std::string(find_move_.Text(0)),
                           .attempt = static_cast<uint32_t>(find_move_.Int(1)),
                           .number = find_move_.Unsigned(2)}};
      if (find_move_.Int(3) >= 0) {
        next.item = static_cast<uint32_t>(find_move_.Int(3));
      }
    }
    find_move_.Reset();
    if (!row) {
      return std::unexpected(row.error());
    }
    if (!*row) {
      return {};
    }
  }
  return Fail(ErrorCode::kUsage,
              fmt::format("{} would be the end of a chain of more than {} moves", FormatAddress(at),
                          limits::kMovesFollowed),
              "give commit positions instead");
}

Status OverlayWriter::BindAddress(db::Statement& statement, int first, const OperationAddress& at) {
  TRY_ASSIGN(const int64_t attempt, attempts_.Of(at.exchange));
  statement.Bind(first, attempt)
      .Bind(first + 1, at.exchange.number)
      .Bind(first + 2, ItemColumn(at.item));
  return {};
}

}  // namespace trafrec::store
