#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "store/db/query_session.h"
#include "store/reader/log_reader.h"
#include "store/sql/log_sql_parts.h"
#include "store/sql/log_tables.h"

namespace trafrec::store {

/// Runs SQL on the tables of a log, which can only read. A statement sees the log as it was when it
/// began. One thread.
class LogSql {
 public:
  static Result<std::unique_ptr<LogSql>> Open(LogSelection selection);

  LogTables& tables() { return *tables_; }

  /// See db::QuerySession::Run.
  Status Run(std::string_view sql, db::RowSink& sink, const std::function<bool()>& stop);

  /// What held back exchanges that are there already, as the last statement found it.
  const std::optional<RecorderHold>& hold() const;

 private:
  explicit LogSql(db::QuerySession session) : session_(std::move(session)) {}

  std::unique_ptr<LogTables> tables_;  // outlives the connection, which uses it
  db::QuerySession session_;
  std::unique_ptr<SqlParts> parts_;
};

}  // namespace trafrec::store
