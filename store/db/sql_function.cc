#include "store/db/sql_function.h"

#include <sqlite3.h>

#include <memory>
#include <vector>

#include "store/db/sql_convert.h"

namespace trafrec::store::db {
namespace {

struct Kept {
  SqlFunction function;
  ErrorSlot error;
};

void Call(sqlite3_context* context, int count, sqlite3_value** given) {
  const auto& kept = *static_cast<Kept*>(sqlite3_user_data(context));
  std::vector<SqlValue> arguments;
  for (int i = 0; i < count; ++i) {
    arguments.push_back(ValueOf(given[i]));
  }
  const Result<SqlValue> value = kept.function(arguments);
  if (value) {
    SetResult(context, *value);
    return;
  }
  sqlite3_result_error(context, value.error().what.c_str(), -1);
  *kept.error = value.error();
}

}  // namespace

Status AddFunction(Database& database, const char* name, int arguments, SqlFunction function,
                   ErrorSlot error) {
  auto kept = std::make_unique<Kept>(std::move(function), std::move(error));
  // Whatever comes of it, SQLite deletes what it was given.
  const int code = sqlite3_create_function_v2(
      database.handle(), name, arguments, SQLITE_UTF8, kept.release(), &Call, nullptr, nullptr,
      [](void* kept_by_sqlite) { delete static_cast<Kept*>(kept_by_sqlite); });
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(database.handle(), code, database.path()));
  }
  return {};
}

}  // namespace trafrec::store::db
