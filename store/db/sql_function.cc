#include "store/db/sql_function.h"

#include "store/db/sqlite.h"

#include <memory>
#include <vector>

#include "store/db/sql_convert.h"

namespace trafrec::store::db {
namespace {

struct Kept {
  SqlFunction function;
  SharedTableContext context;
};

void Call(sqlite3_context* context, int count, sqlite3_value** given) {
  const auto& kept = *static_cast<Kept*>(sqlite3_user_data(context));
  std::vector<SqlValue> arguments;
  for (int i = 0; i < count; ++i) {
    arguments.push_back(ValueOf(given[i]));
  }
  kept.context->Use();
  const Result<SqlValue> value = kept.function(arguments);
  if (value) {
    SetResult(context, *value);
    return;
  }
  sqlite3_result_error(context, kept.context->TextOf(value.error()).c_str(), -1);
  kept.context->error = value.error();
}

}  // namespace

std::string InOneLine(const Error& error) {
  return error.remedy.empty() ? error.what : error.what + " (try: " + error.remedy + ")";
}

Status AddFunction(Database& database, const char* name, int arguments, SqlFunction function,
                   SharedTableContext context, FunctionUse use) {
  auto kept = std::make_unique<Kept>(std::move(function), std::move(context));
  // Whatever comes of it, SQLite deletes what it was given.
  const int code = sqlite3_create_function_v2(
      database.handle(), name, arguments,
      SQLITE_UTF8 | (use == FunctionUse::kStatementsOnly ? SQLITE_DIRECTONLY : 0), kept.release(),
      &Call, nullptr, nullptr,
      [](void* kept_by_sqlite) { delete static_cast<Kept*>(kept_by_sqlite); });
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(database.handle(), code, database.path()));
  }
  return {};
}

}  // namespace trafrec::store::db
