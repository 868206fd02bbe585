#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/sql_function.h"
#include "store/db/sql_value.h"
#include "store/db/virtual_table.h"

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

/// A database in memory that holds nothing but tables and functions of ours, and runs a person's
/// statements on them. They can only read.
class QuerySession {
 public:
  /// `secret`: what is sorted or kept for a while must not come into a temporary file.
  static Result<QuerySession> Open(bool secret);

  Status AddTable(const char* name, std::unique_ptr<VirtualTable> table);
  Status AddFunction(const char* name, int arguments, SqlFunction function);

  /// Runs the statements of `sql` one after another. `stop` is asked now and then; when it says so
  /// the statement ends with kInterrupted. What is wrong with the text is kUsage, with SQLite's
  /// words; an Error of a table or a function comes as it is.
  /// `begin` is called before each statement.
  Status Run(std::string_view sql, RowSink& sink, const std::function<bool()>& stop,
             const std::function<void()>& begin);

  /// The text ends with a whole statement: a semicolon that stands in no string and no comment.
  static bool IsComplete(const std::string& sql);

 private:
  QuerySession(Database database, ErrorSlot error)
      : database_(std::move(database)), error_(std::move(error)) {}

  Error Explained(int code, std::string_view sql, const std::string& refused) const;

  Database database_;
  ErrorSlot error_;
};

}  // namespace trafrec::store::db
