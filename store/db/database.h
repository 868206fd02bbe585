#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.h"
#include "base/error.h"
#include "store/db/sql_value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace trafrec::store::db {

enum class OpenMode : uint8_t {
  kReadImmutable,  ///< a file that nobody changes any more: no locks, no WAL
  kReadOnly,       ///< a file that may be written by another process
  kReadWrite,
  kCreate,  ///< kReadWrite; the file must not exist
};

class Database;

/// A prepared statement. Parameters and columns count from 0. Values bound by span or string_view
/// are borrowed until Reset or the next Bind of that parameter. Must not outlive its Database.
class Statement {
 public:
  Statement() = default;
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;

  Statement& Bind(int parameter, int64_t value);
  /// 64-bit flags keep their bits: SQLite's integers are signed.
  Statement& Bind(int parameter, uint64_t value);
  Statement& Bind(int parameter, std::string_view text);
  Statement& Bind(int parameter, Bytes blob);
  Statement& BindNull(int parameter);
  template <typename T>
    requires std::is_integral_v<T>
  Statement& Bind(int parameter, T value) {
    if constexpr (std::is_signed_v<T>) {
      return Bind(parameter, static_cast<int64_t>(value));
    } else {
      return Bind(parameter, static_cast<uint64_t>(value));
    }
  }
  template <typename T>
  Statement& Bind(int parameter, const std::optional<T>& value) {
    return value ? Bind(parameter, *value) : BindNull(parameter);
  }

  /// True: there is a row. False: done.
  Result<bool> Step();
  /// Step for statements that return no row, then Reset.
  Status Run();
  /// Makes it ready for the next Step; bound values stay.
  void Reset();

  int Columns() const;
  bool IsNull(int column) const;
  int64_t Int(int column) const;
  uint64_t Unsigned(int column) const { return static_cast<uint64_t>(Int(column)); }
  /// Borrowed until the next Step or Reset.
  std::string_view Text(int column) const;
  Bytes Blob(int column) const;
  /// Whatever it is; memory that `value` has is used again.
  void Read(int column, SqlValue& value) const;

 private:
  friend class Database;
  Statement(sqlite3_stmt* statement, const std::string* path)
      : statement_(statement), path_(path) {}

  sqlite3_stmt* statement_ = nullptr;
  const std::string* path_ = nullptr;  // of the Database, for errors
};

/// One connection to one SQLite file, used by one thread at a time. Errors carry the file's name
/// and SQLite's words; a full disk is ErrorCode::kNoSpace, a lock held by another kInUse, a file
/// that is no database kCorrupt.
class Database {
 public:
  static Result<Database> Open(const std::filesystem::path& path, OpenMode mode);
  /// An empty one that is gone with this object.
  static Result<Database> OpenInMemory();
  /// The connection of somebody else, who closes it.
  static Database Borrow(sqlite3* handle) { return Database(handle, "this connection", false); }
  ~Database();
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;

  /// How long a statement waits for another process's lock. 0 by default.
  void SetBusyTimeout(int milliseconds);
  /// Runs statements that return nothing of interest.
  Status Execute(std::string_view sql);
  /// `kept`: the statement will be used many times.
  Result<Statement> Prepare(std::string_view sql, bool kept = false);
  /// The one value of a query ("PRAGMA user_version"); nothing if it has no row or is null.
  Result<std::optional<int64_t>> QueryInt(std::string_view sql);
  Result<std::string> QueryText(std::string_view sql);

  /// Rows changed by the last INSERT, UPDATE or DELETE.
  int64_t changes() const;
  /// Inside BEGIN … COMMIT. SQLite leaves a transaction by itself on some errors (a full disk).
  bool in_transaction() const;

  /// Lets statements read another file, too, as `name`. Not within a transaction.
  Status Attach(const std::filesystem::path& path, bool immutable, std::string_view name);

  /// From now on the WAL is moved into the file by Checkpoint alone, and wal_pages counts it.
  void CheckpointByHand();
  /// Pages in the WAL at the last commit.
  int wal_pages() const { return facts_->wal_pages; }
  /// Moves of the WAL into the file what no reader still needs there; the next commits then reuse
  /// it. False if some had to stay.
  Result<bool> Checkpoint();
  /// Makes all that was committed survive a power loss.
  Status SyncWal();
  /// Moves the whole WAL into the file and empties it. False if a reader is in the way.
  Result<bool> CheckpointAll();
  /// Leaves WAL mode. False if anybody else is connected.
  Result<bool> LeaveWal();

  const std::string& path() const { return facts_->path; }
  sqlite3* handle() const { return handle_; }

 private:
  Database(sqlite3* handle, std::string path, bool owned = true);
  Result<bool> RunCheckpoint(int mode);

  sqlite3* handle_ = nullptr;
  struct Facts {
    std::string path;
    int wal_pages = 0;
    bool owned = true;
  };
  std::unique_ptr<Facts> facts_;  // has one address, however the Database moves
};

/// The Error of SQLite's last failure on `handle`: "PATH: SQLite's words".
Error SqliteError(sqlite3* handle, int code, const std::string& path);

}  // namespace trafrec::store::db
