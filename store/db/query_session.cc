#include "store/db/query_session.h"

#include <fmt/format.h>
#include "store/db/sqlite.h"

#include "store/db/query_guard.h"
#include "store/db/regexp.h"
#include "store/db/sql_convert.h"
#include "store/db/stop_asking.h"

namespace trafrec::store::db {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using OwnedStatement = std::unique_ptr<sqlite3_stmt, Finalize>;

std::vector<std::string> NamesOf(sqlite3_stmt* statement) {
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) {
    names.emplace_back(sqlite3_column_name(statement, i));
  }
  return names;
}

/// SQLite's code of the end, SQLITE_DONE if all went well.
int StepThrough(sqlite3_stmt* statement, const std::vector<std::string>& names, RowSink& sink) {
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
    for (size_t i = 0; i < values.size(); ++i) {
      ReadColumn(statement, static_cast<int>(i), values[i]);
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
  return QuerySession(std::move(database));
}

Error QuerySession::Explained(int code, std::string_view sql, const std::string& refused) const {
  if (!refused.empty()) {
    return {ErrorCode::kUsage,
            fmt::format("the SQL may only read, SQLite's authoriser refused {}: {}", refused, sql),
            "write a SELECT over the tables of the log"};
  }
  if (context_->error) {
    return *context_->error;
  }
  if ((code & 0xff) == SQLITE_INTERRUPT) {
    return {ErrorCode::kInterrupted, fmt::format("the SQL was stopped: {}", sql), {}};
  }
  return {ErrorCode::kUsage,
          fmt::format("SQLite says: {}: {}", sqlite3_errmsg(database_.handle()), sql),
          {}};
}

Status QuerySession::Run(std::string_view sql, RowSink& sink, const std::function<bool()>& stop,
                         const RunHooks& hooks) {
  QueryGuard guard(database_);
  const StopAsking asking(database_, stop);
  std::string_view rest = sql;
  while (!rest.empty()) {
    context_->error.reset();
    guard.Forget();
    sqlite3_stmt* prepared = nullptr;
    const char* tail = nullptr;
    int code = sqlite3_prepare_v3(database_.handle(), rest.data(), static_cast<int>(rest.size()), 0,
                                  &prepared, &tail);
    const OwnedStatement statement(prepared);
    std::string_view text = rest;
    if (code == SQLITE_OK) {
      text = rest.substr(0, static_cast<size_t>(tail - rest.data()));
      rest.remove_prefix(text.size());
      if (prepared == nullptr) {
        continue;  // a comment, or nothing
      }
      hooks.begin();
      const std::vector<std::string> names = NamesOf(prepared);
      TRY_ASSIGN(const bool answered, hooks.answer(text, names));
      code = answered ? SQLITE_DONE : StepThrough(prepared, names, sink);
    }
    if (code != SQLITE_DONE) {
      return std::unexpected(Explained(code, text, guard.refused()));
    }
  }
  return {};
}

bool QuerySession::IsComplete(const std::string& sql) { return sqlite3_complete(sql.c_str()) != 0; }

}  // namespace trafrec::store::db
