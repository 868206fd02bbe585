#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/table_context.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

class LogSqlSource;

/// A log as tables of a connection of SQLite: exchanges, gaps, losses, watermarks, results, over
/// all its segments. The columns of `exchanges` are those of the view in a segment
/// (docs/segment_format.md), and some more. One thread. Must not go away before the connection,
/// except after its last statement.
class LogTables {
 public:
  /// Opens the log and adds its tables to `database`, which must outlive this object's last call.
  static Result<std::unique_ptr<LogTables>> Open(db::Database& database,
                                                 db::SharedTableContext context,
                                                 LogSelection selection);
  ~LogTables();
  LogTables(const LogTables&) = delete;
  LogTables& operator=(const LogTables&) = delete;

  /// Answers about one exchange. The exchange is loaded once for all functions of a row.
  using ExchangeFunction = std::function<Result<db::SqlValue>(
      const StoredExchange& exchange, std::span<const db::SqlValue> arguments)>;
  /// name(id, …) in SQL with so many arguments in all; NULL for an id that the log does not have.
  Status AddFunction(const char* name, int arguments, ExchangeFunction function);

  /// From now on a statement sees the log as it is.
  void BeginStatement();

  LogReader& reader();
  LogSqlSource& source() { return *source_; }

  /// "exchanges(id, recorder, …)", a line each table.
  static std::vector<std::string> InWords();

 private:
  LogTables(db::Database& database, db::SharedTableContext context,
            std::unique_ptr<LogSqlSource> source);
  Status Add();

  db::Database& database_;
  const db::SharedTableContext context_;
  const std::unique_ptr<LogSqlSource> source_;
};

}  // namespace trafrec::store
