#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "store/db/database.h"

namespace trafrec::store::db {

/// Makes another value of a column's value, whose name and row's key it is told. An Error of it is
/// the statement's: kPermission as it is, any other as kCorrupt.
using ColumnFunction =
    std::function<Result<std::string>(std::string_view column, int64_t row, Bytes value)>;

/// name(column, row, value) in SQL: the result is a blob, null of null.
Status AddColumnFunction(Database& database, const char* name, ColumnFunction function);

}  // namespace trafrec::store::db
