#pragma once

#include <memory>
#include <span>

#include "store/db/virtual_table.h"
#include "store/sql/log_sql_source.h"

namespace trafrec::store {

/// `results`: what the exchanges of a replay's log were sent for.
class ResultsTable : public db::VirtualTable {
 public:
  explicit ResultsTable(LogSqlSource& source) : source_(source) {}
  static std::span<const db::VirtualColumn> Columns();
  std::span<const db::VirtualColumn> columns() const override { return Columns(); }
  Result<std::unique_ptr<db::VirtualCursor>> Open(const db::ScanRequest& request) override;

 private:
  LogSqlSource& source_;
};

}  // namespace trafrec::store
