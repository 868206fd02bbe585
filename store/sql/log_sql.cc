#include "store/sql/log_sql.h"

#include <string>
#include <utility>
#include <vector>

namespace trafrec::store {

Result<std::unique_ptr<LogSql>> LogSql::Open(LogSelection selection) {
  const bool secret = selection.identities != nullptr && !selection.identities->empty();
  TRY_ASSIGN(db::QuerySession session, db::QuerySession::Open(secret));
  std::unique_ptr<LogSql> sql(new LogSql(std::move(session)));
  db::QuerySession& kept = sql->session_;
  TRY_ASSIGN(sql->tables_, LogTables::Open(kept.database(), kept.context(), std::move(selection)));
  sql->parts_ = std::make_unique<SqlParts>(sql->tables_->source(), kept.database());
  return sql;
}

Status LogSql::Run(std::string_view sql, db::RowSink& sink, const std::function<bool()>& stop) {
  const auto answer = [&](std::string_view statement, const std::vector<std::string>& names) {
    return parts_->Answer(statement, names, sink, stop);
  };
  return session_.Run(sql, sink, stop,
                      {.begin = [this] { tables_->BeginStatement(); }, .answer = answer});
}

const std::optional<RecorderHold>& LogSql::hold() const { return tables_->reader().hold(); }

}  // namespace trafrec::store
