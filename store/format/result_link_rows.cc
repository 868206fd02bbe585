#include "store/format/result_link_rows.h"

namespace trafrec::store {

Result<bool> HasResultLinkTable(db::Database& segment) {
  TRY_ASSIGN(const auto tables,
             segment.QueryInt("SELECT count(*) FROM sqlite_schema WHERE name='result_link'"));
  return tables.value_or(0) > 0;
}

const std::string_view kResultLinkColumns =
    "exchange, source_recorder, source_attempt, source_exchange, first_item, items, tries, parts, "
    "target, lag_ns, wait, wait_ns, source_outcome, target_outcome, frame, entry";

ResultLink ResultLinkOf(const db::Statement& row) {
  const auto small = [&row](int column) { return static_cast<uint32_t>(row.Int(column)); };
  ResultLink link;
  link.exchange = row.Unsigned(0);
  link.source_recorder = row.Text(1);
  link.source_attempt = small(2);
  link.source_exchange = row.Unsigned(3);
  link.first_item = small(4);
  link.items = small(5);
  link.tries = small(6);
  link.parts = small(7);
  link.target = row.Text(8);
  link.lag_ns = row.Int(9);
  link.wait = row.Text(10);
  link.wait_ns = row.Int(11);
  link.source_outcome = row.Text(12);
  link.target_outcome = row.Text(13);
  return link;
}

EntryPlace ResultLinkPlaceOf(const db::Statement& row) {
  return {row.Int(14), static_cast<uint32_t>(row.Int(15))};
}

}  // namespace trafrec::store
