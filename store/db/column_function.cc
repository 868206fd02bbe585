#include "store/db/column_function.h"

#include "store/db/sqlite.h"

#include <memory>

namespace trafrec::store::db {
namespace {

Bytes BytesOf(sqlite3_value* value) {
  const void* bytes = sqlite3_value_blob(value);
  return {static_cast<const uint8_t*>(bytes), static_cast<size_t>(sqlite3_value_bytes(value))};
}

void Call(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[2]) == SQLITE_NULL) {
    return;
  }
  const auto& function = *static_cast<ColumnFunction*>(sqlite3_user_data(context));
  const Result<std::string> made = function(
      AsText(BytesOf(arguments[0])), sqlite3_value_int64(arguments[1]), BytesOf(arguments[2]));
  if (made) {
    sqlite3_result_blob64(context, made->data(), made->size(), SQLITE_TRANSIENT);
    return;
  }
  sqlite3_result_error(context, made.error().what.c_str(), -1);
  const bool refused = made.error().code == ErrorCode::kPermission;
  sqlite3_result_error_code(context, refused ? SQLITE_AUTH : SQLITE_CORRUPT);
}

}  // namespace

Status AddColumnFunction(Database& database, const char* name, ColumnFunction function) {
  auto kept = std::make_unique<ColumnFunction>(std::move(function));
  // Whatever comes of it, SQLite deletes what it was given.
  const int code = sqlite3_create_function_v2(
      database.handle(), name, 3, SQLITE_UTF8, kept.release(), &Call, nullptr, nullptr,
      [](void* given) { delete static_cast<ColumnFunction*>(given); });
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(database.handle(), code, database.path()));
  }
  return {};
}

}  // namespace trafrec::store::db
