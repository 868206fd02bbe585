#include "store/db/query_session.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "store/db/query_guard.h"
#include "store/db/regexp.h"
#include "store/db/sql_convert.h"

namespace trafrec::store::db {
namespace {

/// Steps of SQLite's machine between two questions whether to stop: well below a millisecond.
constexpr int kStepsBetweenStops = 10'000;

using OwnedStatement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

/// While it lives, SQLite asks `stop`.
class StopAsking {
 public:
  StopAsking(sqlite3* handle, const std::function<bool()>& stop) : handle_(handle) {
    sqlite3_progress_handler(
        handle_, kStepsBetweenStops,
        [](void* asked) { return (*static_cast<const std::function<bool()>*>(asked))() ? 1 : 0; },
        const_cast<std::function<bool()>*>(&stop));
  }
  ~StopAsking() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  StopAsking(const StopAsking&) = delete;
  StopAsking& operator=(const StopAsking&) = delete;

 private:
  sqlite3* handle_;
};

/// SQLite's code of the end, SQLITE_DONE if all went well.
int StepThrough(sqlite3_stmt* statement, RowSink& sink) {
  const int columns = sqlite3_column_count(statement);
  std::vector<std::string> names;
  for (int i = 0; i < columns; ++i) {
    names.emplace_back(sqlite3_column_name(statement, i));
  }
  std::vector<SqlValue> values(names.size());
  bool told = false;
  while (true) {
    const int code = sqlite3_step(statement);
    const bool row = code == SQLITE_ROW;
    if (!told && (row || code == SQLITE_DONE)) {
      sink.Columns(names);
      told = true;
    }
    if (!row) {
      return code;
    }
    for (int i = 0; i < columns; ++i) {
      ReadColumn(statement, i, values[static_cast<size_t>(i)]);
    }
    if (!sink.Row(values)) {
      return SQLITE_DONE;
    }
  }
}

}  // namespace

Result<QuerySession> QuerySession::Open(bool secret) {
  TRY_ASSIGN(Database database, Database::OpenInMemory());
  TRY(AddRegexp(database));
  if (secret) {
    TRY(database.Execute("PRAGMA temp_store=MEMORY"));
  }
  // SQLite declares these tables when a statement first names them; the guard would refuse that.
  TRY(database.Execute("SELECT 1 FROM json_each('[]'), json_tree('[]')"));
  sqlite3_limit(database.handle(), SQLITE_LIMIT_ATTACHED, 0);
  return QuerySession(std::move(database), std::make_shared<std::optional<Error>>());
}

Status QuerySession::AddTable(const char* name, std::unique_ptr<VirtualTable> table) {
  return AddVirtualTable(database_, name, std::move(table), error_);
}

Status QuerySession::AddFunction(const char* name, int arguments, SqlFunction function) {
  return db::AddFunction(database_, name, arguments, std::move(function), error_);
}

Error QuerySession::Explained(int code, std::string_view sql, const std::string& refused) const {
  if (!refused.empty()) {
    return {ErrorCode::kUsage,
            fmt::format("the SQL may only read, SQLite's authoriser refused {}: {}", refused, sql),
            "write a SELECT over the tables of the log"};
  }
  if (*error_) {
    return **error_;
  }
  if ((code & 0xff) == SQLITE_INTERRUPT) {
    return {ErrorCode::kInterrupted, fmt::format("the SQL was stopped: {}", sql), {}};
  }
  return {ErrorCode::kUsage,
          fmt::format("SQLite says: {}: {}", sqlite3_errmsg(database_.handle()), sql),
          {}};
}

Status QuerySession::Run(std::string_view sql, RowSink& sink, const std::function<bool()>& stop,
                         const std::function<void()>& begin) {
  QueryGuard guard(database_);
  const StopAsking asking(database_.handle(), stop);
  std::string_view rest = sql;
  while (!rest.empty()) {
    error_->reset();
    guard.Forget();
    sqlite3_stmt* prepared = nullptr;
    const char* tail = nullptr;
    int code = sqlite3_prepare_v3(database_.handle(), rest.data(), static_cast<int>(rest.size()), 0,
                                  &prepared, &tail);
    const OwnedStatement statement(prepared, &sqlite3_finalize);
    std::string_view text = rest;
    if (code == SQLITE_OK) {
      text = rest.substr(0, static_cast<size_t>(tail - rest.data()));
      rest.remove_prefix(text.size());
      if (prepared == nullptr) {
        continue;  // a comment, or nothing
      }
      begin();
      code = StepThrough(prepared, sink);
    }
    if (code != SQLITE_DONE) {
      return std::unexpected(Explained(code, text, guard.refused()));
    }
  }
  return {};
}

bool QuerySession::IsComplete(const std::string& sql) { return sqlite3_complete(sql.c_str()) != 0; }

}  // namespace trafrec::store::db
