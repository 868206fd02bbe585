#pragma once

#include <memory>
#include <span>

#include "store/db/virtual_table.h"
#include "store/sql/log_sql_source.h"

namespace trafrec::store {

/// The table `exchanges`: each exchange once. Of one recorder it reads the columns that a statement
/// uses, segment after segment; of several the merged rows, with all columns.
class ExchangesTable : public db::VirtualTable {
 public:
  explicit ExchangesTable(LogSqlSource& source) : source_(source) {}

  static std::span<const db::VirtualColumn> Columns();
  std::span<const db::VirtualColumn> columns() const override { return Columns(); }
  Result<std::unique_ptr<db::VirtualCursor>> Open(const db::ScanRequest& request) override;

 private:
  LogSqlSource& source_;
};

}  // namespace trafrec::store
