#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/sql_value.h"
#include "store/db/table_context.h"

namespace trafrec::store::db {

/// What a table can do with a condition on a column.
enum class Lookup : uint8_t {
  kNone,   ///< nothing: SQLite looks at each row
  kRange,  ///< it leaves out some of the rows that do not fit
  kMany,   ///< it finds the rows of one value
  kOne,    ///< it finds the row of one value
};

struct VirtualColumn {
  const char* name;
  const char* type;
  Lookup lookup = Lookup::kNone;
};

enum class Comparison : uint8_t { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// A condition of the statement. SQLite judges each row by it again, so a table may do with it as
/// little as it likes.
struct ColumnLimit {
  int column = 0;
  Comparison comparison = Comparison::kEqual;
  SqlValue value;
};

struct ScanRequest {
  uint64_t columns_used = 0;  ///< a bit a column, from the lowest on
  std::vector<ColumnLimit> limits;

  bool Uses(int column) const { return (columns_used >> column & 1) != 0; }
};

/// The rows of one scan.
class VirtualCursor {
 public:
  virtual ~VirtualCursor() = default;
  /// Goes to the next row, at first to the first one. False: there is none.
  virtual Result<bool> Next() = 0;
  /// Of the row; only columns that the scan uses are asked for.
  virtual SqlValue Value(int column) const = 0;
};

/// A table that is made of something else, for reading.
class VirtualTable {
 public:
  virtual ~VirtualTable() = default;
  /// At most 63.
  virtual std::span<const VirtualColumn> columns() const = 0;
  virtual Result<std::unique_ptr<VirtualCursor>> Open(const ScanRequest& request) = 0;
};

/// Adds `table` to what statements on this connection can read; it stands in no schema, so nothing
/// of it gets into a file.
Status AddVirtualTable(Database& database, const char* name, std::unique_ptr<VirtualTable> table,
                       SharedTableContext context);

/// Adds it to the temporary objects of the connection, where it stands before a table of that name
/// in the file.
Status AddTemporaryTable(Database& database, const char* name, std::unique_ptr<VirtualTable> table,
                         SharedTableContext context);

}  // namespace trafrec::store::db
