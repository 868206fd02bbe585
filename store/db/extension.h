#pragma once

#include <functional>

#include "base/error.h"
#include "store/db/database.h"

struct sqlite3_api_routines;  // NOLINT(readability-identifier-naming): SQLite's own

namespace trafrec::store::db {

/// What an extension's entry does: takes SQLite's functions out of `api`, lets `fill` add to the
/// connection, and says in SQLite's way what became of it. The connection is the program's: `fill`
/// borrows it.
int LoadExtension(sqlite3* handle, char** error, const sqlite3_api_routines* api,
                  const std::function<Status(Database)>& fill);

}  // namespace trafrec::store::db
