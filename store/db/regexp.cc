#include "store/db/regexp.h"

#include <re2/re2.h>
#include "store/db/sqlite.h"

#include <memory>

namespace trafrec::store::db {
namespace {

/// A pattern may not make RE2 hold more than this for its automaton.
constexpr int64_t kPatternMemoryMax = int64_t{8} << 20;

RE2::Options Options() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kPatternMemoryMax);
  return options;
}

re2::StringPiece TextOf(sqlite3_value* value) {
  const unsigned char* text = sqlite3_value_text(value);
  return text == nullptr ? re2::StringPiece()
                         : re2::StringPiece(reinterpret_cast<const char*>(text),
                                            static_cast<size_t>(sqlite3_value_bytes(value)));
}

/// regexp(pattern, text), as SQLite's REGEXP operator calls it.
void Regexp(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL ||
      sqlite3_value_type(arguments[1]) == SQLITE_NULL) {
    return;
  }
  auto* pattern = static_cast<RE2*>(sqlite3_get_auxdata(context, 0));
  std::unique_ptr<RE2> made;
  if (pattern == nullptr) {
    made = std::make_unique<RE2>(TextOf(arguments[0]), Options());
    pattern = made.get();
    if (!pattern->ok()) {
      const std::string words = "REGEXP: " + pattern->error();
      sqlite3_result_error(context, words.c_str(), -1);
      return;
    }
  }
  sqlite3_result_int(context, RE2::PartialMatch(TextOf(arguments[1]), *pattern) ? 1 : 0);
  if (made != nullptr) {
    // SQLite may throw it away at once; so it is used before.
    sqlite3_set_auxdata(context, 0, made.release(),
                        [](void* kept) { delete static_cast<RE2*>(kept); });
  }
}

}  // namespace

Status AddRegexp(Database& database) {
  const int code =
      sqlite3_create_function_v2(database.handle(), "regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                 nullptr, &Regexp, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(database.handle(), code, database.path()));
  }
  return {};
}

Status CheckRegexp(const std::string& pattern) {
  const RE2 compiled(pattern, Options());
  if (!compiled.ok()) {
    return Fail(ErrorCode::kUsage,
                "'" + pattern + "' is no regular expression: " + compiled.error(),
                "the syntax is RE2's: https://github.com/google/re2/wiki/Syntax");
  }
  return {};
}

}  // namespace trafrec::store::db
