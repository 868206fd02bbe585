#pragma once

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/db/database.h"

namespace trafrec::store {

/// Puts the rows of one table many at a time: to start and to end a statement costs as much as a
/// row. A row replaces the one with its key.
template <int kColumns>
class ManyRows {
 public:
  /// That many are put by one statement; more of them are no faster.
  static constexpr size_t kRowsAtOnce = 16;

  Status Prepare(db::Database& database, std::string_view table) {
    TRY_ASSIGN(one_, database.Prepare(Sql(table, 1), true));
    TRY_ASSIGN(many_, database.Prepare(Sql(table, kRowsAtOnce), true));
    return {};
  }

  /// `bind(statement, first, row)` gives the statement the row's values, from parameter `first` on.
  template <typename Row, typename Bind>
  Status Put(std::span<const Row> rows, const Bind& bind) {
    for (; rows.size() >= kRowsAtOnce; rows = rows.subspan(kRowsAtOnce)) {
      for (size_t i = 0; i < kRowsAtOnce; ++i) {
        TRY(bind(many_, static_cast<int>(i) * kColumns, rows[i]));
      }
      TRY(many_.Run());
    }
    for (const Row& row : rows) {
      TRY(bind(one_, 0, row));
      TRY(one_.Run());
    }
    return {};
  }

 private:
  static std::string Sql(std::string_view table, size_t rows) {
    std::string row = "(?";
    for (int i = 1; i < kColumns; ++i) {
      row += ",?";
    }
    row += ")";
    std::string sql = fmt::format("INSERT OR REPLACE INTO {} VALUES{}", table, row);
    for (size_t i = 1; i < rows; ++i) {
      sql += "," + row;
    }
    return sql;
  }

  db::Statement one_;
  db::Statement many_;
};

}  // namespace trafrec::store
