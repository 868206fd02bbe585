#pragma once

#include <string>

#include "base/error.h"
#include "store/reader/log_reader.h"
#include "store/sql/log_tables.h"

namespace trafrec::tools {

/// Gives SQL the functions on the meaning of requests: api(id), and operations(id), a JSON array
/// with an object for each operation, what the answer says of it included. `dialect` is auto, http
/// or search; auto looks at the beginning of the log when a function is first called.
Status AddDialectFunctions(store::LogTables& tables, const std::string& dialect,
                           store::LogSelection selection);

}  // namespace trafrec::tools
