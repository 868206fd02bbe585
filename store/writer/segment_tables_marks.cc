// How far the attempt of a segment has come: marks, and facts about the attempt.

#include "store/writer/segment_tables.h"

namespace trafrec::store {

Status SegmentTables::PutMark(std::string_view name, int64_t value) {
  return put_mark_.Bind(0, name).Bind(1, value).Run();
}

Status SegmentTables::PutMarks(const Marks& marks, TimeNs packets_through) {
  TRY(PutMark("exchanges_below", static_cast<int64_t>(marks.exchanges_below)));
  TRY(PutMark("requests_through", marks.requests_through));
  TRY(PutMark("answers_through", marks.answers_through));
  TRY(PutMark("packets_through", packets_through));
  TRY(PutMark("requests_hold", static_cast<int64_t>(marks.requests_hold.cause)));
  TRY(PutMark("requests_hold_exchange", static_cast<int64_t>(marks.requests_hold.exchange)));
  TRY(PutMark("answers_hold", static_cast<int64_t>(marks.answers_hold.cause)));
  return PutMark("answers_hold_exchange", static_cast<int64_t>(marks.answers_hold.exchange));
}

Status SegmentTables::PutDurableMarks(const Marks& marks) {
  TRY(PutMark("durable_exchanges_below", static_cast<int64_t>(marks.exchanges_below)));
  TRY(PutMark("durable_requests_through", marks.requests_through));
  return PutMark("durable_answers_through", marks.answers_through);
}

Status SegmentTables::PutAttemptFact(std::string_view key, int64_t value) {
  TRY_ASSIGN(db::Statement put, database_.Prepare("INSERT OR REPLACE INTO attempt VALUES(?,?)"));
  return put.Bind(0, key).Bind(1, value).Run();
}

Status SegmentTables::PutAttemptFact(std::string_view key, std::string_view value) {
  TRY_ASSIGN(db::Statement put, database_.Prepare("INSERT OR REPLACE INTO attempt VALUES(?,?)"));
  return put.Bind(0, key).Bind(1, value).Run();
}

}  // namespace trafrec::store
