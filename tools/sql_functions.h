#pragma once

#include "base/error.h"
#include "store/sql/log_tables.h"

namespace trafrec::tools {

/// Gives SQL the functions on heads and bodies: request_body(id), response_body(id),
/// request_head(id), response_head(id), request_header(id, name), response_header(id, name) and
/// header(id, name), the same as request_header. Bodies are decoded. What is no UTF-8 is a blob,
/// what is not there NULL.
Status AddMessageFunctions(store::LogTables& tables);

}  // namespace trafrec::tools
