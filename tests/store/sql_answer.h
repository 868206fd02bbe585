#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "store/sql/log_sql.h"

namespace trafrec::store {

/// The rows that a log's SQL returns, one a line, values separated by blanks, NULL as "-".
std::vector<std::string> SqlAnswer(LogSql& sql, const std::string& statement);
std::vector<std::string> SqlAnswer(const std::filesystem::path& log, const std::string& statement);

}  // namespace trafrec::store
