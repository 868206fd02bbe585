#include "store/db/extension.h"

#include <fmt/format.h>

#include "store/db/sqlite.h"
#include "store/db/table_context.h"

/// Of all files that call SQLite; they know it from sqlite.h.
const sqlite3_api_routines* sqlite3_api = nullptr;

namespace trafrec::store::db {
namespace {

/// The first version that has all the functions that are called here: sqlite3_changes64.
constexpr int kVersionLeast = 3'037'000;

Status UseSqliteOf(const sqlite3_api_routines* api) {
  if (api->libversion_number() < kVersionLeast) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("this program has SQLite {}, which is too old", api->libversion()),
                "use one with SQLite 3.37 or newer");
  }
  if (sqlite3_api != nullptr && sqlite3_api->libversion != api->libversion) {
    return Fail(ErrorCode::kInUse,
                "another SQLite of this process has loaded the extension already",
                "load it into one of them");
  }
  sqlite3_api = api;
  return {};
}

}  // namespace

int LoadExtension(sqlite3* handle, char** error, const sqlite3_api_routines* api,
                  const std::function<Status(Database)>& fill) {
  Status loaded = UseSqliteOf(api);
  if (loaded) {
    loaded = fill(Database::Borrow(handle));
  }
  if (!loaded) {
    *error = api->mprintf("%s", InOneLine(loaded.error()).c_str());
    return SQLITE_ERROR;
  }
  // What C++ keeps for threads and for the end of the process must not go away with a connection.
  return SQLITE_OK_LOAD_PERMANENTLY;
}

}  // namespace trafrec::store::db
