#include "store/db/sql_convert.h"

#include <string_view>

namespace trafrec::store::db {
namespace {

std::string BytesOf(sqlite3_value* value, const void* bytes) {
  return bytes == nullptr ? std::string()
                          : std::string(static_cast<const char*>(bytes),
                                        static_cast<size_t>(sqlite3_value_bytes(value)));
}

struct ResultOf {
  sqlite3_context* context;

  void operator()(std::monostate) const { sqlite3_result_null(context); }
  void operator()(int64_t value) const { sqlite3_result_int64(context, value); }
  void operator()(double value) const { sqlite3_result_double(context, value); }
  void operator()(const std::string& text) const {
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  void operator()(const Blob& blob) const {
    sqlite3_result_blob64(context, blob.bytes.data(), blob.bytes.size(), SQLITE_TRANSIENT);
  }
};

}  // namespace

SqlValue ValueOf(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return int64_t{sqlite3_value_int64(value)};
    case SQLITE_FLOAT:
      return sqlite3_value_double(value);
    case SQLITE_TEXT:
      return BytesOf(value, sqlite3_value_text(value));
    case SQLITE_BLOB:
      return Blob{BytesOf(value, sqlite3_value_blob(value))};
    default:
      return std::monostate{};
  }
}

void ReadColumn(sqlite3_stmt* row, int column, SqlValue& value) {
  const auto text_of = [&](const void* bytes) {
    const auto* text = static_cast<const char*>(bytes);
    const auto size = static_cast<size_t>(sqlite3_column_bytes(row, column));
    return text == nullptr ? std::string_view() : std::string_view(text, size);
  };
  switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
      value = int64_t{sqlite3_column_int64(row, column)};
      break;
    case SQLITE_FLOAT:
      value = sqlite3_column_double(row, column);
      break;
    case SQLITE_TEXT:
      if (!std::holds_alternative<std::string>(value)) {
        value = std::string();
      }
      std::get<std::string>(value) = text_of(sqlite3_column_text(row, column));
      break;
    case SQLITE_BLOB:
      value = Blob{std::string(text_of(sqlite3_column_blob(row, column)))};
      break;
    default:
      value = std::monostate{};
      break;
  }
}

void SetResult(sqlite3_context* context, const SqlValue& value) {
  std::visit(ResultOf{context}, value);
}

}  // namespace trafrec::store::db
