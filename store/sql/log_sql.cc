#include "store/sql/log_sql.h"

#include <fmt/format.h>

#include <utility>

#include "store/sql/log_sql_exchanges.h"
#include "store/sql/log_sql_rows.h"
#include "store/sql/log_sql_source.h"

namespace trafrec::store {

LogSql::LogSql(std::unique_ptr<LogSqlSource> source, db::QuerySession session)
    : source_(std::move(source)), session_(std::move(session)) {}

LogSql::~LogSql() = default;

Result<std::unique_ptr<LogSql>> LogSql::Open(LogSelection selection) {
  const bool secret = selection.identities != nullptr && !selection.identities->empty();
  TRY_ASSIGN(auto source, LogSqlSource::Open(std::move(selection)));
  TRY_ASSIGN(db::QuerySession session, db::QuerySession::Open(secret));
  std::unique_ptr<LogSql> sql(new LogSql(std::move(source), std::move(session)));
  TRY(sql->AddTables());
  return sql;
}

Status LogSql::AddTables() {
  TRY(session_.AddTable("exchanges", std::make_unique<ExchangesTable>(*source_)));
  TRY(session_.AddTable("gaps", std::make_unique<GapsTable>(*source_)));
  TRY(session_.AddTable("losses", std::make_unique<LossesTable>(*source_)));
  return session_.AddTable("watermarks", std::make_unique<WatermarksTable>(*source_));
}

Status LogSql::AddFunction(const char* name, int arguments, ExchangeFunction function) {
  return session_.AddFunction(name, arguments,
                              [this, function = std::move(function)](
                                  std::span<const db::SqlValue> given) -> Result<db::SqlValue> {
                                const auto* id = std::get_if<std::string>(&given.front());
                                if (id == nullptr) {
                                  return db::SqlValue();
                                }
                                TRY_ASSIGN(const StoredExchange* exchange, source_->Load(*id));
                                return exchange == nullptr ? db::SqlValue()
                                                           : function(*exchange, given);
                              });
}

Status LogSql::Run(std::string_view sql, db::RowSink& sink, const std::function<bool()>& stop) {
  return session_.Run(sql, sink, stop, [this] { source_->BeginStatement(); });
}

const std::vector<std::string>& LogSql::notes() const { return source_->reader().notes(); }

const std::optional<RecorderHold>& LogSql::hold() const { return source_->reader().hold(); }

std::vector<std::string> LogSql::TablesInWords() {
  const auto in_words = [](const char* name, std::span<const db::VirtualColumn> columns) {
    std::string text;
    for (const db::VirtualColumn& column : columns) {
      text += fmt::format("{}{}", text.empty() ? "" : ", ", column.name);
    }
    return fmt::format("{}({})", name, text);
  };
  return {in_words("exchanges", ExchangesTable::Columns()), in_words("gaps", GapsTable::Columns()),
          in_words("losses", LossesTable::Columns()),
          in_words("watermarks", WatermarksTable::Columns())};
}

}  // namespace trafrec::store
