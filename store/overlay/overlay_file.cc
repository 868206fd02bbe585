#include "store/overlay/overlay_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>

namespace trafrec::store {
namespace {

constexpr const char* kSchema = R"sql(
CREATE TABLE fact(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE attempt(
  key INTEGER PRIMARY KEY, recorder TEXT NOT NULL, number INTEGER NOT NULL,
  UNIQUE(recorder, number));
CREATE TABLE entry(
  attempt INTEGER, number INTEGER, item INTEGER, kind INTEGER, text TEXT NOT NULL,
  verdict INTEGER, grade INTEGER, after INTEGER, other_attempt INTEGER, other_number INTEGER,
  other_item INTEGER, index_uuid TEXT, shard INTEGER, primary_term INTEGER, seq_no INTEGER,
  PRIMARY KEY(attempt, number, item, kind)) WITHOUT ROWID;
CREATE INDEX entry_moved ON entry(other_attempt, other_number) WHERE kind = 3;
CREATE TABLE rewrite(
  attempt INTEGER, number INTEGER, item INTEGER, method TEXT, target BLOB, set_fields BLOB,
  removed_fields TEXT, body BLOB, pointers TEXT,
  PRIMARY KEY(attempt, number, item)) WITHOUT ROWID;
CREATE TABLE insertion(
  number INTEGER PRIMARY KEY, place INTEGER NOT NULL, attempt INTEGER, exchange INTEGER,
  at_ns INTEGER, method TEXT NOT NULL, target BLOB NOT NULL, fields BLOB NOT NULL,
  body BLOB NOT NULL, index_uuid TEXT, shard INTEGER, primary_term INTEGER, seq_no INTEGER,
  reason TEXT NOT NULL);
CREATE INDEX insertion_beside ON insertion(attempt, exchange);
CREATE INDEX insertion_time ON insertion(at_ns, number) WHERE place = 3;
)sql";

std::string BytesOf(const db::Statement& row, int column) {
  const Bytes bytes = row.Blob(column);
  return {bytes.begin(), bytes.end()};
}

std::optional<std::string> BytesOrNull(const db::Statement& row, int column) {
  return row.IsNull(column) ? std::nullopt : std::optional(BytesOf(row, column));
}

ExchangeId ExchangeAt(const db::Statement& row, int first) {
  return {.recorder = std::string(row.Text(first)),
          .attempt = static_cast<uint32_t>(row.Int(first + 1)),
          .number = row.Unsigned(first + 2)};
}

CommitPosition PositionAt(const db::Statement& row, int first) {
  return {.index_uuid = std::string(row.Text(first)),
          .shard = static_cast<uint32_t>(row.Int(first + 1)),
          .primary_term = row.Int(first + 2),
          .seq_no = row.Int(first + 3)};
}

}  // namespace

const char* const kSelectEntries =
    "SELECT a.recorder, a.number, e.number, e.item, e.kind, e.text, e.verdict, e.grade, e.after, "
    "b.recorder, b.number, e.other_number, e.other_item, e.index_uuid, e.shard, e.primary_term, "
    "e.seq_no, e.attempt FROM entry e JOIN attempt a ON a.key = e.attempt "
    "LEFT JOIN attempt b ON b.key = e.other_attempt ";

const char* const kSelectInsertions =
    "SELECT i.number, i.place, a.recorder, a.number, i.exchange, i.at_ns, i.method, i.target, "
    "i.fields, i.body, i.index_uuid, i.shard, i.primary_term, i.seq_no, i.reason "
    "FROM insertion i LEFT JOIN attempt a ON a.key = i.attempt ";

Status MakeOverlayTables(db::Database& database, const std::string& log_id) {
  TRY(database.Execute(kSchema));
  TRY(database.Execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                   kOverlayApplicationId, kOverlayVersion)));
  TRY_ASSIGN(db::Statement put, database.Prepare("INSERT INTO fact VALUES('log_id', ?)"));
  return put.Bind(0, std::string_view(log_id)).Run();
}

Result<db::Database> OpenOverlayFile(const std::filesystem::path& path, db::OpenMode mode) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) {
    return Fail(ErrorCode::kNotFound, fmt::format("there is no overlay {}", path.string()),
                "trafrec overlay FILE drop, insert, move, rewrite or import makes one");
  }
  const Error other{ErrorCode::kCorrupt, fmt::format("{} is no overlay", path.string()),
                    "overlays are made by trafrec overlay and trafrec reconcile"};
  if (std::filesystem::is_directory(path, failure)) {
    return std::unexpected(other);
  }
  TRY_ASSIGN(db::Database database, db::Database::Open(path, mode));
  const auto application = database.QueryInt("PRAGMA application_id");
  if (!application) {
    return std::unexpected(application.error().code == ErrorCode::kCorrupt ? other
                                                                           : application.error());
  }
  if (*application != kOverlayApplicationId) {
    return std::unexpected(other);
  }
  TRY_ASSIGN(const auto version, database.QueryInt("PRAGMA user_version"));
  if (version.value_or(0) > kOverlayVersion) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} has version {}, and this trafrec knows overlays up to {}",
                            path.string(), version.value_or(0), kOverlayVersion),
                "use the trafrec that made it, or a newer one");
  }
  return database;
}

Result<std::string> ReadOverlayLogId(db::Database& database) {
  return database.QueryText("SELECT value FROM fact WHERE name = 'log_id'");
}

Status RequireLog(db::Database& database, const std::string& log_id) {
  TRY_ASSIGN(const std::string made_for, ReadOverlayLogId(database));
  if (made_for != log_id) {
    return Fail(ErrorCode::kUsage,
                fmt::format("the overlay {} is for another log: for {}, and this one is {}",
                            database.path(), made_for, log_id),
                "give the log that it was made for, or another overlay");
  }
  return {};
}

OperationAddress AddressAt(const db::Statement& row, int first) {
  OperationAddress address{.exchange = ExchangeAt(row, first)};
  if (row.Int(first + 3) >= 0) {
    address.item = static_cast<uint32_t>(row.Int(first + 3));
  }
  return address;
}

OverlayEntry EntryOf(const db::Statement& row) {
  OverlayEntry entry{.at = AddressAt(row, 0), .what = OverlayDrop{}};
  std::string text(row.Text(5));
  switch (static_cast<OverlayKind>(row.Int(4))) {
    case OverlayKind::kDrop:
      entry.what = OverlayDrop{.reason = std::move(text)};
      break;
    case OverlayKind::kVerdict:
      entry.what = OverlayVerdict{.verdict = static_cast<Verdict>(row.Int(6)),
                                  .grade = static_cast<Grade>(row.Int(7)),
                                  .evidence = std::move(text)};
      break;
    case OverlayKind::kMove:
      entry.what = OverlayMove{
          .after = row.Int(8) != 0, .other = AddressAt(row, 9), .reason = std::move(text)};
      break;
    case OverlayKind::kPosition:
      entry.what = PositionAt(row, 13);
      break;
    case OverlayKind::kRewrite: {
      OverlayRewrite rewrite;
      rewrite.reason = std::move(text);
      entry.what = std::move(rewrite);
      break;
    }
  }
  return entry;
}

Status ReadRewrite(const db::Statement& row, OverlayRewrite& rewrite) {
  rewrite.method = BytesOrNull(row, 0);
  rewrite.target = BytesOrNull(row, 1);
  rewrite.set_fields = BytesOf(row, 2);
  const std::string_view removed = row.Text(3);
  for (size_t begin = 0; begin < removed.size();) {
    const size_t end = removed.find('\n', begin);
    rewrite.removed_fields.emplace_back(removed.substr(begin, end - begin));
    begin = end == std::string_view::npos ? removed.size() : end + 1;
  }
  rewrite.body = BytesOrNull(row, 4);
  const auto pointers = nlohmann::json::parse(row.Text(5), nullptr, false);
  for (const auto& each : pointers) {
    if (!each.is_array() || each.size() != 2 || !each[0].is_string() || !each[1].is_string()) {
      return Fail(ErrorCode::kCorrupt, "the overlay has a rewrite whose JSON pointers are broken",
                  "make it anew, or take it from a copy");
    }
    rewrite.pointers.emplace_back(each[0].get<std::string>(), each[1].get<std::string>());
  }
  return {};
}

Insertion InsertionOf(const db::Statement& row) {
  Insertion insertion{.number = row.Unsigned(0),
                      .place = static_cast<Place>(row.Int(1)),
                      .at = row.Int(5),
                      .method = BytesOf(row, 6),
                      .target = BytesOf(row, 7),
                      .fields = BytesOf(row, 8),
                      .body = BytesOf(row, 9),
                      .reason = std::string(row.Text(14))};
  if (!row.IsNull(2)) {
    insertion.beside = ExchangeAt(row, 2);
  }
  if (!row.IsNull(10)) {
    insertion.position = PositionAt(row, 10);
  }
  return insertion;
}

int64_t ItemColumn(const std::optional<uint32_t>& item) {
  return item ? static_cast<int64_t>(*item) : -1;
}

std::string PointersText(const OverlayRewrite& rewrite) {
  nlohmann::json pointers = nlohmann::json::array();
  for (const auto& [pointer, value] : rewrite.pointers) {
    pointers.push_back({pointer, value});
  }
  return pointers.dump();
}

}  // namespace trafrec::store
