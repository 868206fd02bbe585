#pragma once

#include <memory>
#include <span>

#include "store/db/virtual_table.h"
#include "store/sql/log_sql_source.h"

// Tables that have a row for each row of a table in the segments. Each recorder has its own.

namespace trafrec::store {

/// `gaps`: bytes of messages that the capture did not see.
class GapsTable : public db::VirtualTable {
 public:
  explicit GapsTable(LogSqlSource& source) : source_(source) {}
  static std::span<const db::VirtualColumn> Columns();
  std::span<const db::VirtualColumn> columns() const override { return Columns(); }
  Result<std::unique_ptr<db::VirtualCursor>> Open(const db::ScanRequest& request) override;

 private:
  LogSqlSource& source_;
};

/// `losses`: intervals in which traffic may be missing; those of deleted segments, too, added up.
class LossesTable : public db::VirtualTable {
 public:
  explicit LossesTable(LogSqlSource& source) : source_(source) {}
  static std::span<const db::VirtualColumn> Columns();
  std::span<const db::VirtualColumn> columns() const override { return Columns(); }
  Result<std::unique_ptr<db::VirtualCursor>> Open(const db::ScanRequest& request) override;

 private:
  LogSqlSource& source_;
};

/// `watermarks`: the history of the marks.
class WatermarksTable : public db::VirtualTable {
 public:
  explicit WatermarksTable(LogSqlSource& source) : source_(source) {}
  static std::span<const db::VirtualColumn> Columns();
  std::span<const db::VirtualColumn> columns() const override { return Columns(); }
  Result<std::unique_ptr<db::VirtualCursor>> Open(const db::ScanRequest& request) override;

 private:
  LogSqlSource& source_;
};

}  // namespace trafrec::store
