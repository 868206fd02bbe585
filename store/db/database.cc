#include "store/db/database.h"

#include "store/db/sqlite.h"

#include <utility>

#include "store/db/sql_convert.h"

namespace trafrec::store::db {
namespace {

ErrorCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::kNoSpace;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kInUse;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kCorrupt;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorCode::kPermission;
    default:
      return ErrorCode::kIo;
  }
}

/// A path inside a file: URI, where '?', '#' and '%' have meanings.
std::string UriOf(const std::filesystem::path& path, const char* options) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    if (c == '?' || c == '#' || c == '%') {
      constexpr std::string_view kHex = "0123456789abcdef";
      uri += '%';
      uri += kHex[static_cast<unsigned char>(c) >> 4];
      uri += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      uri += c;
    }
  }
  return uri + options;
}

/// SQLite's memory statistics, which nobody reads, take a global lock at each allocation. In the
/// extension they are the business of the program that loaded it.
void ConfigureOnce() {
#ifndef TRAFREC_SQLITE_OF_HOST
  [[maybe_unused]] static const int kConfigured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
#endif
}

}  // namespace

Error SqliteError(sqlite3* handle, int code, const std::string& path) {
  const char* words = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  return Error{CodeOf(code), path + ": " + words, {}};
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), path_(other.path_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  std::swap(path_, other.path_);
  return *this;
}

Statement& Statement::Bind(int parameter, int64_t value) {
  sqlite3_bind_int64(statement_, parameter + 1, value);
  return *this;
}

Statement& Statement::Bind(int parameter, uint64_t value) {
  return Bind(parameter, static_cast<int64_t>(value));
}

Statement& Statement::Bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_, parameter + 1, text.data() == nullptr ? "" : text.data(),
                      text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::Bind(int parameter, Bytes blob) {
  const void* const bytes = blob.data() == nullptr ? "" : static_cast<const void*>(blob.data());
  sqlite3_bind_blob64(statement_, parameter + 1, bytes, blob.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::BindNull(int parameter) {
  sqlite3_bind_null(statement_, parameter + 1);
  return *this;
}

Result<bool> Statement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return std::unexpected(SqliteError(sqlite3_db_handle(statement_), code, *path_));
}

Status Statement::Run() {
  const Result<bool> stepped = Step();
  Reset();
  if (!stepped) {
    return std::unexpected(stepped.error());
  }
  return {};
}

void Statement::Reset() { sqlite3_reset(statement_); }

int Statement::Columns() const { return sqlite3_column_count(statement_); }

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t Statement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  return text == nullptr
             ? std::string_view()
             : std::string_view(reinterpret_cast<const char*>(text),
                                static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

Bytes Statement::Blob(int column) const {
  const void* blob = sqlite3_column_blob(statement_, column);
  return blob == nullptr ? Bytes()
                         : Bytes(static_cast<const uint8_t*>(blob),
                                 static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

void Statement::Read(int column, SqlValue& value) const { ReadColumn(statement_, column, value); }

Database::Database(sqlite3* handle, std::string path, bool owned)
    : handle_(handle), facts_(std::make_unique<Facts>(std::move(path), 0, owned)) {}

Database::~Database() {
  if (facts_ != nullptr && facts_->owned) {
    sqlite3_close_v2(handle_);
  }
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), facts_(std::move(other.facts_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(facts_, other.facts_);
  return *this;
}

Result<Database> Database::OpenInMemory() {
  constexpr const char* kName = ":memory:";
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(
      kName, &handle,
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE,
      nullptr);
  if (code != SQLITE_OK) {
    Error error = SqliteError(handle, code, kName);
    sqlite3_close_v2(handle);
    return std::unexpected(std::move(error));
  }
  return Database(handle, kName);
}

Result<Database> Database::Open(const std::filesystem::path& path, OpenMode mode) {
  ConfigureOnce();
  // One thread a connection, so SQLite's own mutexes would only cost time.
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case OpenMode::kReadImmutable:
    case OpenMode::kReadOnly:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case OpenMode::kReadWrite:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case OpenMode::kCreate:
      if (std::error_code error; std::filesystem::exists(path, error)) {
        return Fail(ErrorCode::kInUse, path.string() + " exists already");
      }
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
  }
  const std::string uri = UriOf(path, mode == OpenMode::kReadImmutable ? "?immutable=1" : "");
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(uri.c_str(), &handle, flags, nullptr);
  if (code != SQLITE_OK) {
    Error error = SqliteError(handle, code, path.string());
    sqlite3_close_v2(handle);
    return std::unexpected(std::move(error));
  }
  return Database(handle, path.string());
}

void Database::SetBusyTimeout(int milliseconds) { sqlite3_busy_timeout(handle_, milliseconds); }

Status Database::Execute(std::string_view sql) {
  const std::string text(sql);
  const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(handle_, code, facts_->path));
  }
  return {};
}

Result<Statement> Database::Prepare(std::string_view sql, bool kept) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      kept ? SQLITE_PREPARE_PERSISTENT : 0, &statement, nullptr);
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(handle_, code, facts_->path));
  }
  return Statement(statement, &facts_->path);
}

Result<std::optional<int64_t>> Database::QueryInt(std::string_view sql) {
  TRY_ASSIGN(Statement statement, Prepare(sql));
  TRY_ASSIGN(const bool row, statement.Step());
  if (!row || statement.IsNull(0)) {
    return std::nullopt;
  }
  return statement.Int(0);
}

Result<std::string> Database::QueryText(std::string_view sql) {
  TRY_ASSIGN(Statement statement, Prepare(sql));
  TRY_ASSIGN(const bool row, statement.Step());
  return row ? std::string(statement.Text(0)) : std::string();
}

Status Database::Attach(const std::filesystem::path& path, bool immutable, std::string_view name) {
  const std::string uri = UriOf(path, immutable ? "?immutable=1" : "?mode=ro");
  TRY_ASSIGN(Statement attach, Prepare("ATTACH ? AS ?"));
  return attach.Bind(0, std::string_view(uri)).Bind(1, name).Run();
}

int64_t Database::changes() const { return sqlite3_changes64(handle_); }

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void Database::CheckpointByHand() {
  sqlite3_wal_hook(
      handle_,
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &facts_->wal_pages);
}

Result<bool> Database::RunCheckpoint(int mode) {
  int in_wal = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, &in_wal, &moved);
  if (code == SQLITE_OK) {
    return in_wal == moved;
  }
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) {
    return false;
  }
  return std::unexpected(SqliteError(handle_, code, facts_->path));
}

Result<bool> Database::Checkpoint() {
  facts_->wal_pages = 0;  // until the next commit counts them again
  return RunCheckpoint(SQLITE_CHECKPOINT_PASSIVE);
}

Result<bool> Database::CheckpointAll() { return RunCheckpoint(SQLITE_CHECKPOINT_TRUNCATE); }

Status Database::SyncWal() {
  sqlite3_file* wal = nullptr;
  int code =
      sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&wal));
  if (code == SQLITE_OK && wal != nullptr && wal->pMethods != nullptr) {
    code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  }
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(nullptr, code, "cannot sync the WAL of " + facts_->path));
  }
  return {};
}

Result<bool> Database::LeaveWal() {
  const Result<std::string> mode = QueryText("PRAGMA journal_mode=DELETE");
  if (!mode) {
    if (mode.error().code == ErrorCode::kInUse) {
      return false;
    }
    return std::unexpected(mode.error());
  }
  return *mode == "delete";
}

}  // namespace trafrec::store::db
