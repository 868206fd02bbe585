#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "base/error.h"
#include "store/db/database.h"
#include "store/db/row_table.h"
#include "store/db/row_values.h"

namespace trafrec::store::db {

/// Puts the rows of one table many at a time: to start and to end a statement costs more than a
/// row. Must not outlive its Database.
template <int kColumns>
class ManyRows {
 public:
  /// That many are put by one statement; more of them are no faster.
  static constexpr size_t kRowsAtOnce = 64;

  /// `insert`: what stands before the rows. `conflict`: what stands behind them, about keys that
  /// are there already.
  Status Prepare(Database& database, std::string_view insert, std::string_view conflict = {}) {
    TRY_ASSIGN(table_, RowTable::Add(database, kColumns));
    // Without WHERE SQLite takes ON CONFLICT for the beginning of a join.
    TRY_ASSIGN(put_, database.Prepare(fmt::format("{} SELECT * FROM {} WHERE true {}", insert,
                                                  table_.name(), conflict),
                                      true));
    values_ = std::make_unique<Values>();
    return {};
  }

  /// `bind(values, row)` gives a RowValues what stands in the row.
  template <typename Row, typename Bind>
  Status Put(std::span<const Row> rows, const Bind& bind) {
    while (!rows.empty()) {
      const size_t count = std::min(rows.size(), kRowsAtOnce);
      for (size_t i = 0; i < count; ++i) {
        RowValues values(std::span<RowValue>(*values_).subspan(i * kColumns, kColumns));
        TRY(bind(values, rows[i]));
      }
      table_.Set(std::span<const RowValue>(*values_).first(count * kColumns));
      TRY(put_.Run());
      rows = rows.subspan(count);
    }
    return {};
  }

 private:
  using Values = std::array<RowValue, kRowsAtOnce * kColumns>;

  RowTable table_;
  Statement put_;  // ends before the table it reads
  std::unique_ptr<Values> values_;
};

}  // namespace trafrec::store::db
