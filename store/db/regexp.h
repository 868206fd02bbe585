#pragma once

#include <string>

#include "base/error.h"
#include "store/db/database.h"

namespace trafrec::store::db {

/// Gives a connection the function behind `text REGEXP pattern`: RE2 in UTF-8, searched anywhere in
/// the text. A pattern that is the same for all rows is compiled once a statement.
Status AddRegexp(Database& database);

/// Fails with RE2's words if `pattern` is no regular expression.
Status CheckRegexp(const std::string& pattern);

}  // namespace trafrec::store::db
