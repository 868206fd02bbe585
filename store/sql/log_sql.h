#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/db/query_session.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

class LogSqlSource;

/// A log as tables for SQL: exchanges, gaps, losses, watermarks, over all its segments. The columns
/// of `exchanges` are those of the view in a segment (docs/segment_format.md), and some more.
/// A statement sees the log as it was when it began. One thread.
class LogSql {
 public:
  static Result<std::unique_ptr<LogSql>> Open(LogSelection selection);
  ~LogSql();
  LogSql(const LogSql&) = delete;
  LogSql& operator=(const LogSql&) = delete;

  /// Answers about one exchange. The exchange is loaded once for all functions of a row.
  using ExchangeFunction = std::function<Result<db::SqlValue>(
      const StoredExchange& exchange, std::span<const db::SqlValue> arguments)>;
  /// name(id, …) in SQL with so many arguments in all; NULL for an id that the log does not have.
  Status AddFunction(const char* name, int arguments, ExchangeFunction function);

  /// Runs statements that can only read; see db::QuerySession::Run.
  Status Run(std::string_view sql, db::RowSink& sink, const std::function<bool()>& stop);

  const std::vector<std::string>& notes() const;
  /// What held back exchanges that are there already, as the last statement found it.
  const std::optional<RecorderHold>& hold() const;

  /// "exchanges(id, recorder, …)", a line each table.
  static std::vector<std::string> TablesInWords();

 private:
  LogSql(std::unique_ptr<LogSqlSource> source, db::QuerySession session);
  Status AddTables();

  std::unique_ptr<LogSqlSource> source_;  // outlives the tables, which use it
  db::QuerySession session_;
};

}  // namespace trafrec::store
