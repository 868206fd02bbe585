#pragma once

#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/db/database.h"

namespace trafrec::store::db {

/// Puts the rows of one table many at a time: to start and to end a statement costs as much as a
/// row.
template <int kColumns>
class ManyRows {
 public:
  /// That many are put by one statement; more of them are no faster.
  static constexpr size_t kRowsAtOnce = 16;

  /// `insert`: what stands before VALUES. `conflict`: what stands behind the rows, about keys that
  /// are there already.
  Status Prepare(Database& database, std::string_view insert, std::string_view conflict = {}) {
    TRY_ASSIGN(one_, database.Prepare(Sql(insert, 1, conflict), true));
    TRY_ASSIGN(many_, database.Prepare(Sql(insert, kRowsAtOnce, conflict), true));
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
  static std::string Sql(std::string_view insert, size_t rows, std::string_view conflict) {
    std::string row = "(?";
    for (int i = 1; i < kColumns; ++i) {
      row += ",?";
    }
    row += ")";
    std::string sql = fmt::format("{} VALUES{}", insert, row);
    for (size_t i = 1; i < rows; ++i) {
      sql += "," + row;
    }
    return fmt::format("{} {}", sql, conflict);
  }

  Statement one_;
  Statement many_;
};

}  // namespace trafrec::store::db
