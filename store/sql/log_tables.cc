#include "store/sql/log_tables.h"

#include <fmt/format.h>

#include <utility>

#include "store/db/sql_function.h"
#include "store/db/virtual_table.h"
#include "store/sql/log_sql_exchanges.h"
#include "store/sql/log_sql_results.h"
#include "store/sql/log_sql_rows.h"
#include "store/sql/log_sql_source.h"

namespace trafrec::store {

LogTables::LogTables(db::Database& database, db::SharedTableContext context,
                     std::unique_ptr<LogSqlSource> source)
    : database_(database), context_(std::move(context)), source_(std::move(source)) {}

LogTables::~LogTables() = default;

Result<std::unique_ptr<LogTables>> LogTables::Open(db::Database& database,
                                                   db::SharedTableContext context,
                                                   LogSelection selection) {
  TRY_ASSIGN(auto source, LogSqlSource::Open(std::move(selection)));
  std::unique_ptr<LogTables> tables(new LogTables(database, std::move(context), std::move(source)));
  TRY(tables->Add());
  return tables;
}

Status LogTables::Add() {
  const auto add = [this](const char* name, std::unique_ptr<db::VirtualTable> table) {
    return db::AddVirtualTable(database_, name, std::move(table), context_);
  };
  TRY(add("exchanges", std::make_unique<ExchangesTable>(*source_)));
  TRY(add("gaps", std::make_unique<GapsTable>(*source_)));
  TRY(add("losses", std::make_unique<LossesTable>(*source_)));
  TRY(add("watermarks", std::make_unique<WatermarksTable>(*source_)));
  return add("results", std::make_unique<ResultsTable>(*source_));
}

Status LogTables::AddFunction(const char* name, int arguments, ExchangeFunction function) {
  const auto call = [this, function = std::move(function)](
                        std::span<const db::SqlValue> given) -> Result<db::SqlValue> {
    const auto* id = std::get_if<std::string>(&given.front());
    if (id == nullptr) {
      return db::SqlValue();
    }
    TRY_ASSIGN(const StoredExchange* exchange, source_->Load(*id));
    return exchange == nullptr ? db::SqlValue() : function(*exchange, given);
  };
  return db::AddFunction(database_, name, arguments, call, context_);
}

void LogTables::BeginStatement() { source_->BeginStatement(); }

LogReader& LogTables::reader() { return source_->reader(); }

std::vector<std::string> LogTables::InWords() {
  const auto in_words = [](const char* name, std::span<const db::VirtualColumn> columns) {
    std::string text;
    for (const db::VirtualColumn& column : columns) {
      text += fmt::format("{}{}", text.empty() ? "" : ", ", column.name);
    }
    return fmt::format("{}({})", name, text);
  };
  return {in_words("exchanges", ExchangesTable::Columns()), in_words("gaps", GapsTable::Columns()),
          in_words("losses", LossesTable::Columns()),
          in_words("watermarks", WatermarksTable::Columns()),
          in_words("results", ResultsTable::Columns())};
}

}  // namespace trafrec::store
