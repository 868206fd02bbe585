#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/row_values.h"

namespace trafrec::store::db {

/// Rows in memory as a table that the statements of one connection read, in no schema: `INSERT INTO
/// t SELECT * FROM name()`. An empty one (by default) must not be set. Statements that use it end
/// before it does.
class RowTable {
 public:
  RowTable() = default;
  static Result<RowTable> Add(Database& database, int columns);

  const std::string& name() const { return name_; }
  /// What it holds from now on: whole rows, one behind the other, borrowed until the next Set.
  void Set(std::span<const RowValue> values);

 private:
  struct Rows;
  struct Bridge;
  struct Delete {
    void operator()(Rows* rows) const;
  };

  std::unique_ptr<Rows, Delete> rows_;  // SQLite knows its address
  std::string name_;
};

}  // namespace trafrec::store::db
