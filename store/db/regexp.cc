#include "store/db/regexp.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/regexp/regexp.h"
#include "store/db/sqlite.h"

namespace trafrec::store::db {
namespace {

using regexp::Regexp;

std::string_view TextOf(sqlite3_value* value) {
  const unsigned char* text = sqlite3_value_text(value);
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text),
                                            static_cast<size_t>(sqlite3_value_bytes(value)));
}

/// regexp(pattern, text), as SQLite's REGEXP operator calls it.
void MatchText(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL ||
      sqlite3_value_type(arguments[1]) == SQLITE_NULL) {
    return;
  }
  auto* pattern = static_cast<Regexp*>(sqlite3_get_auxdata(context, 0));
  std::optional<Regexp> made;
  if (pattern == nullptr) {
    Result<Regexp> compiled = Regexp::Compile(TextOf(arguments[0]));
    if (!compiled) {
      sqlite3_result_error(context, ("REGEXP: " + compiled.error().what).c_str(), -1);
      return;
    }
    made = std::move(*compiled);
    pattern = &*made;
  }
  sqlite3_result_int(context, pattern->IsIn(TextOf(arguments[1])) ? 1 : 0);
  if (made) {
    // SQLite may throw it away at once; so it is used before.
    sqlite3_set_auxdata(context, 0, std::make_unique<Regexp>(std::move(*made)).release(),
                        [](void* kept) { delete static_cast<Regexp*>(kept); });
  }
}

}  // namespace

Status AddRegexp(Database& database) {
  const int code =
      sqlite3_create_function_v2(database.handle(), "regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                 nullptr, &MatchText, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(database.handle(), code, database.path()));
  }
  return {};
}

Status CheckRegexp(const std::string& pattern) {
  TRY(Regexp::Compile(pattern));
  return {};
}

}  // namespace trafrec::store::db
