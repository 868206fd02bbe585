#include "store/format/sentinel_rows.h"

namespace trafrec::store {

Result<bool> HasSentinelTable(db::Database& segment) {
  TRY_ASSIGN(const auto tables,
             segment.QueryInt("SELECT count(*) FROM sqlite_schema WHERE name='sentinel'"));
  return tables.value_or(0) > 0;
}

Status ReadSentinelRows(
    db::Database& database,
    const std::function<void(const SentinelRecord&, const EntryPlace&)>& visit) {
  TRY_ASSIGN(const bool any, HasSentinelTable(database));
  if (!any) {
    return {};
  }
  TRY_ASSIGN(db::Statement rows,
             database.Prepare("SELECT exchange, verdict, at_ns, key_id, audience, sent_ns, nonce, "
                              "purpose, detail, frame, entry FROM sentinel ORDER BY exchange"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return {};
    }
    SentinelRecord record;
    record.exchange = rows.Unsigned(0);
    record.verdict = static_cast<SentinelVerdict>(rows.Int(1));
    record.at = rows.Int(2);
    record.key_id = rows.Text(3);
    record.audience = rows.Text(4);
    record.sent_at = rows.Int(5);
    record.nonce = rows.Text(6);
    record.purpose = rows.Text(7);
    record.detail = rows.Text(8);
    visit(record, {rows.Int(9), static_cast<uint32_t>(rows.Int(10))});
  }
}

}  // namespace trafrec::store
