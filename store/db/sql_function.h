#pragma once

#include <functional>
#include <span>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/sql_value.h"
#include "store/db/virtual_table.h"

namespace trafrec::store::db {

using SqlFunction = std::function<Result<SqlValue>(std::span<const SqlValue> arguments)>;

/// name(…) in SQL, with so many arguments.
Status AddFunction(Database& database, const char* name, int arguments, SqlFunction function,
                   ErrorSlot error);

}  // namespace trafrec::store::db
