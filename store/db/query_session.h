#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/sql_value.h"
#include "store/db/table_context.h"

namespace trafrec::store::db {

/// Takes what a statement returns. Columns is called once before the rows; an answer without rows
/// has columns, too.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void Columns(const std::vector<std::string>& names) = 0;
  /// False: no more rows are wanted.
  virtual bool Row(const std::vector<SqlValue>& values) = 0;
};

struct RunHooks {
  /// Called before each statement.
  std::function<void()> begin;
  /// May give a statement's answer to the sink in SQLite's stead; false: SQLite must.
  std::function<Result<bool>(std::string_view statement, const std::vector<std::string>& names)>
      answer;
};

/// A database in memory that holds nothing but tables and functions of ours, and runs a person's
/// statements on them. They can only read.
class QuerySession {
 public:
  /// `secret`: what is sorted or kept for a while must not come into a temporary file.
  static Result<QuerySession> Open(bool secret);

  /// What tables and functions are added to.
  Database& database() { return database_; }
  const SharedTableContext& context() const { return context_; }

  /// Runs the statements of `sql` one after another. `stop` is asked now and then; when it says so
  /// the statement ends with kInterrupted. What is wrong with the text is kUsage, with SQLite's
  /// words; an Error of a table or a function comes as it is.
  Status Run(std::string_view sql, RowSink& sink, const std::function<bool()>& stop,
             const RunHooks& hooks);

  /// The text ends with a whole statement: a semicolon that stands in no string and no comment.
  static bool IsComplete(const std::string& sql);

 private:
  explicit QuerySession(Database database)
      : database_(std::move(database)), context_(std::make_shared<TableContext>()) {}

  Error Explained(int code, std::string_view sql, const std::string& refused) const;

  Database database_;
  SharedTableContext context_;
};

}  // namespace trafrec::store::db
