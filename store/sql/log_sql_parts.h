#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/query_session.h"
#include "store/sql/log_sql_source.h"
#include "store/sql/split_aggregate.h"

namespace trafrec::store {

/// Answers statements that only count and group the exchanges of one recorder: parts of the sealed
/// segments are asked directly, on all processors, and the rest through the table exchanges of
/// `tables`. See split_aggregate.h for which.
class SqlParts {
 public:
  /// Both outlive it.
  SqlParts(LogSqlSource& source, db::Database& tables) : source_(source), tables_(tables) {}

  /// Gives the answer to `sink`. False: the statement is for SQLite, and nothing was given.
  Result<bool> Answer(std::string_view sql, const std::vector<std::string>& names,
                      db::RowSink& sink, const std::function<bool()>& stop);

 private:
  Result<std::vector<std::vector<db::SqlValue>>> Rows(const SplitAggregate& split,
                                                      const std::function<bool()>& stop);

  LogSqlSource& source_;
  db::Database& tables_;
};

}  // namespace trafrec::store
