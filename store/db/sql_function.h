#pragma once

#include <functional>
#include <span>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/sql_value.h"
#include "store/db/table_context.h"

namespace trafrec::store::db {

using SqlFunction = std::function<Result<SqlValue>(std::span<const SqlValue> arguments)>;

enum class FunctionUse : uint8_t {
  kAnywhere,
  kStatementsOnly,  ///< not in views and triggers, which a file can bring along
};

/// name(…) in SQL, with so many arguments; -1: as many as one likes.
Status AddFunction(Database& database, const char* name, int arguments, SqlFunction function,
                   SharedTableContext context, FunctionUse use = FunctionUse::kAnywhere);

}  // namespace trafrec::store::db
