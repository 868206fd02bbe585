#pragma once

#include "store/db/sqlite.h"

#include "store/db/sql_value.h"

// SqlValue on its way to SQLite and back, for the files of this folder.

namespace trafrec::store::db {

SqlValue ValueOf(sqlite3_value* value);

/// A column of a statement's row; memory that `value` has is used again.
void ReadColumn(sqlite3_stmt* row, int column, SqlValue& value);

/// Copies: the value may go away. Text that is too long for SQLite becomes its error.
void SetResult(sqlite3_context* context, const SqlValue& value);

}  // namespace trafrec::store::db
