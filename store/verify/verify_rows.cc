// Rows against entries.
//
// Every row is a copy of facts of one entry. Looking each up by its key costs a descent of the
// table's tree; but rows are sorted by key, and entries were written in nearly that order. So both
// are walked side by side, and a row waits in a map until its entry comes. What waits at the end
// points to nothing; an entry without a row was lost from the index. Rejected: collecting all
// entries' places first (memory grows with the segment).

#include "store/verify/verify_rows.h"

#include <fmt/format.h>

#include <array>

#include "store/format/varint.h"
#include "store/reader/exchange_id.h"

namespace trafrec::store {
namespace {

template <typename T>
std::string InWords(const T& value) {
  return fmt::format("{}", value);
}
std::string InWords(const std::string& value) { return "'" + value + "'"; }

EntryPlace PlaceAt(const db::Statement& row, int column) {
  return {row.Int(column), static_cast<uint32_t>(row.Int(column + 1))};
}

std::string InWords(const EntryPlace& place) {
  return fmt::format("entry {} of frame {}", place.entry, place.frame);
}

}  // namespace

template <typename T, typename U>
void RowChecker::Compare(const std::string& of, const char* column, const T& row, const U& entry) {
  if (row != entry) {
    report_(fmt::format("the row of {} says {} {}, its entry {}", of, column, InWords(row),
                        InWords(entry)));
  }
}

std::string RowChecker::IdOf(ExchangeNumber number) const {
  return FormatExchangeId({attempt_.recorder, attempt_.attempt, number});
}

std::string RowChecker::NameOf(MessageId id) const {
  return fmt::format("the {} of exchange {}", SideOf(id) == Side::kClient ? "request" : "response",
                     IdOf(ExchangeOf(id)));
}

Status RowChecker::Begin() {
  TRY_ASSIGN(db::Statement exchanges,
             database_.Prepare(
                 "SELECT e.n, e.connection, e.began_ns, e.latency_ns, e.method, t.bytes, h.bytes, "
                 "e.status, e.flags, e.parts, e.frame, e.entry FROM exchange e "
                 "LEFT JOIN text t ON t.id=e.target LEFT JOIN text h ON h.id=e.host ORDER BY e.n"));
  exchanges_.Begin(std::move(exchanges), [](const db::Statement& row) {
    ExchangeRecordRow exchange;
    ExchangeRecord& record = exchange.record;
    record.number = row.Unsigned(0);
    record.connection = row.Unsigned(1);
    record.began_at = row.Int(2);
    record.latency_ns = row.IsNull(3) ? -1 : row.Int(3);
    record.method = row.Text(4);
    record.target = AsText(row.Blob(5));
    record.host = AsText(row.Blob(6));
    record.status = static_cast<uint16_t>(row.Int(7));
    record.flags = row.Unsigned(8);
    exchange.parts = static_cast<unsigned>(row.Int(9));
    exchange.place = PlaceAt(row, 10);
    return exchange;
  });
  TRY_ASSIGN(db::Statement messages,
             database_.Prepare(
                 "SELECT m.id, m.frame, m.entry, f.frame, f.entry, m.span_ns, "
                 "m.head_bytes, m.body_bytes, m.extents, m.flags, m.first_seq FROM message m "
                 "LEFT JOIN facts f ON f.message=m.id ORDER BY m.id"));
  messages_.Begin(std::move(messages), [](const db::Statement& row) {
    return MessageRecordRow{
        PlaceAt(row, 1),
        PlaceAt(row, 3),
        row.Int(5),
        row.Unsigned(6),
        row.Unsigned(7),
        static_cast<uint32_t>(row.Int(8)),
        row.Unsigned(9),
        row.IsNull(10) ? std::nullopt : std::optional(static_cast<uint32_t>(row.Int(10)))};
  });
  TRY_ASSIGN(extent_, database_.Prepare("SELECT frame, entry, bytes FROM extent WHERE message=? "
                                        "AND idx=?"));
  TRY_ASSIGN(gaps_, database_.Prepare("SELECT part, body_offset, flow_offset, length, revealed_ns, "
                                      "cause FROM gap WHERE message=? ORDER BY idx"));
  TRY_ASSIGN(interim_,
             database_.Prepare("SELECT at_ns, status FROM interim WHERE exchange=? ORDER BY idx"));
  TRY(ReadLosses());
  TRY(ReadMarks());
  TRY(BeginLinks());
  return BeginConnections();
}

Status RowChecker::Entry(const EntryPlace& place, const EntryView& view) {
  switch (view.kind) {
    case EntryKind::kMessage:
    case EntryKind::kMessageFacts:
      return Message(place, view);
    case EntryKind::kExtent:
      return Extent(place, view);
    case EntryKind::kExchange:
      return Exchange(place, view);
    case EntryKind::kConnection:
      return Connection(place, view);
    case EntryKind::kLoss:
      return Loss(place, view);
    case EntryKind::kSentinel:
      Sentinel(place, view);
      return {};
    case EntryKind::kWatermark:
      Watermark(place, view);
      return {};
    case EntryKind::kResultLink:
      return Link(place, view);
  }
  return {};  // a kind of a newer writer, which has no row that we know
}

bool RowChecker::IsPlace(const std::string& of, const EntryPlace& row_place,
                         const EntryPlace& place) {
  if (row_place < place) {
    report_(fmt::format("the row of {} points to {}, but {} is newer", of, InWords(row_place),
                        InWords(place)));
  }
  return row_place == place;
}

void RowChecker::CompareExchange(const ExchangeRecordRow& row, const ExchangeRecord& record) {
  const std::string of = "exchange " + IdOf(record.number);
  Compare(of, "connection", row.record.connection, record.connection);
  Compare(of, "began_ns", row.record.began_at, record.began_at);
  Compare(of, "latency_ns", row.record.latency_ns, record.latency_ns);
  Compare(of, "method", row.record.method, record.method);
  Compare(of, "target", row.record.target, record.target);
  Compare(of, "host", row.record.host, record.host);
  Compare(of, "status", row.record.status, record.status);
  const unsigned entry_parts =
      (record.has_request ? kPartRequest : 0) | (record.has_response ? kPartResponse : 0);
  const unsigned row_parts = row.parts & (kPartRequest | kPartResponse);
  // A message that was shed, or lost to a full disk, is taken out of the row, which then says so.
  const bool shed = row_parts != entry_parts && (row_parts & ~entry_parts) == 0;
  Compare(of, "flags", row.record.flags,
          record.flags | (shed ? FlagBit(Flag::kBodyShed) : Flags{0}));
  if (row_parts != entry_parts && !shed) {
    Compare(of, "parts", row_parts, entry_parts);
  }
  for (const Side side : {Side::kClient, Side::kServer}) {
    const MessageId id = MessageIdOf(record.number, side);
    const bool there = unclaimed_.erase(id) > 0;
    const bool needed = (row_parts & (side == Side::kClient ? kPartRequest : kPartResponse)) != 0;
    if (needed && !there && (row.parts & kPartContinues) == 0) {
      report_(NameOf(id) + " is in no frame of this segment");
    }
  }
}

Status RowChecker::Exchange(const EntryPlace& place, const EntryView& view) {
  const Result<ExchangeRecord> record = DecodeExchange(view);
  if (!record) {
    report_(InWords(place) + ": " + record.error().what);
    return {};
  }
  TRY_ASSIGN(ExchangeRecordRow * row, exchanges_.Find(record->number));
  const std::string of = row == nullptr ? "" : "exchange " + IdOf(record->number);
  if (row == nullptr) {
    report_(
        fmt::format("{} is exchange {}, which has no row", InWords(place), IdOf(record->number)));
  } else if (IsPlace(of, row->place, place)) {
    CompareExchange(*row, *record);
    TRY(Interim(*record));
    exchanges_.Settle(record->number);
  }
  return {};
}

Status RowChecker::Message(const EntryPlace& place, const EntryView& view) {
  const Result<MessageEntry> entry = DecodeMessage(view);
  if (!entry) {
    report_(InWords(place) + ": " + entry.error().what);
    return {};
  }
  const bool is_facts = view.kind == EntryKind::kMessageFacts;
  if (!is_facts) {
    unclaimed_.insert(entry->id);
  }
  TRY_ASSIGN(MessageRecordRow * row, messages_.Find(entry->id));
  if (row == nullptr) {
    report_(fmt::format("{} is {}, which has no row", InWords(place), NameOf(entry->id)));
    return {};
  }
  const std::string of = NameOf(entry->id);
  EntryPlace& row_place = is_facts ? row->facts_place : row->place;
  if (!IsPlace(of, row_place, place)) {
    return {};
  }
  row_place = {};
  const MessageFacts& facts = entry->facts;
  if (!is_facts) {
    Compare(of, "head_bytes", row->head_bytes, entry->head.size());
  }
  if (is_facts || row->facts_place.frame == 0) {
    Compare(of, "span_ns", row->span_ns,
            WrappedDifference(facts.last_byte_at, facts.first_byte_at));
    Compare(of, "body_bytes", row->body_bytes, facts.body_bytes);
    Compare(of, "extents", row->extents, entry->extents);
    Compare(of, "flags", row->flags, facts.flags);
    Compare(of, "first_seq", row->first_seq.value_or(facts.first_seq), facts.first_seq);
    TRY(Gaps(entry->id, facts));
  }
  if (row->place.frame == 0 && row->facts_place.frame == 0) {
    messages_.Settle(entry->id);
  }
  return {};
}

Status RowChecker::Extent(const EntryPlace& place, const EntryView& view) {
  const Result<ExtentEntry> entry = DecodeExtent(view);
  if (!entry) {
    report_(InWords(place) + ": " + entry.error().what);
    return {};
  }
  ++extent_count_;
  const std::string of = fmt::format("extent {} of {}", entry->index, NameOf(entry->id));
  TRY_ASSIGN(const bool found, extent_.Bind(0, entry->id).Bind(1, entry->index).Step());
  if (!found) {
    report_(fmt::format("{} is {}, which has no row", InWords(place), of));
  } else if (IsPlace(of, PlaceAt(extent_, 0), place)) {
    Compare(of, "bytes", extent_.Unsigned(2), entry->body.size());
  } else {
    --extent_count_;
  }
  extent_.Reset();
  return {};
}

Status RowChecker::Gaps(MessageId id, const MessageFacts& facts) {
  if (facts.gaps.empty()) {
    return {};
  }
  gap_count_ += facts.gaps.size();
  gaps_.Bind(0, id);
  for (const MessageGap& gap : facts.gaps) {
    TRY_ASSIGN(const bool row, gaps_.Step());
    const bool same = row && gaps_.Int(0) == static_cast<int64_t>(gap.part) &&
                      gaps_.Unsigned(1) == gap.body_offset &&
                      gaps_.Unsigned(2) == gap.flow_offset && gaps_.Unsigned(3) == gap.length &&
                      gaps_.Int(4) == gap.revealed_at &&
                      gaps_.Int(5) == static_cast<int64_t>(gap.cause);
    if (!same) {
      report_("the gap rows of " + NameOf(id) + " are not what its entry says");
      break;
    }
  }
  gaps_.Reset();
  return {};
}

Status RowChecker::Interim(const ExchangeRecord& record) {
  if (record.interim.empty()) {
    return {};
  }
  interim_count_ += record.interim.size();
  interim_.Bind(0, record.number);
  for (const InterimResponse& interim : record.interim) {
    TRY_ASSIGN(const bool row, interim_.Step());
    if (!row || interim_.Int(0) != interim.at || interim_.Int(1) != interim.status) {
      report_("the interim rows of exchange " + IdOf(record.number) +
              " are not what its entry says");
      break;
    }
  }
  interim_.Reset();
  return {};
}

Status RowChecker::Count(const char* table, uint64_t entries) {
  TRY_ASSIGN(const auto rows, database_.QueryInt(fmt::format("SELECT count(*) FROM {}", table)));
  if (static_cast<uint64_t>(rows.value_or(0)) != entries) {
    report_(fmt::format("table {} has {} rows, but the frames make {}", table, rows.value_or(0),
                        entries));
  }
  return {};
}

Status RowChecker::Finish(const std::set<int64_t>& bad_frames) {
  const auto orphan = [&](const std::string& of, const EntryPlace& place) {
    if (place.frame != 0 && !bad_frames.contains(place.frame)) {
      report_(fmt::format("the row of {} points to {}, where it is not", of, InWords(place)));
    }
  };
  TRY_ASSIGN(const auto exchanges, exchanges_.Rest());
  for (const auto& [number, row] : exchanges) {
    orphan("exchange " + IdOf(number), row.place);
  }
  TRY_ASSIGN(const auto messages, messages_.Rest());
  for (const auto& [id, row] : messages) {
    orphan(NameOf(id), row.place);
    orphan(NameOf(id), row.facts_place);
  }
  TRY_ASSIGN(const auto connections, connections_.Rest());
  for (const auto& [number, row] : connections) {
    orphan(fmt::format("connection {}", number), row.place);
  }
  TRY_ASSIGN(const auto links, links_.Rest());
  for (const auto& [number, row] : links) {
    orphan("the link of exchange " + IdOf(number), row.place);
  }
  for (const auto& [place, loss] : losses_) {
    orphan(fmt::format("a {} loss", LossCauseName(loss.cause)), place);
  }
  for (const auto& [place, sentinel] : sentinels_) {
    orphan("the sentinel of exchange " + IdOf(sentinel.exchange), place);
  }
  if (bad_frames.empty()) {
    TRY(Count("watermark", watermark_count_));
    TRY(Count("extent", extent_count_));
    TRY(Count("gap", gap_count_));
    TRY(Count("interim", interim_count_));
  }
  return {};
}

}  // namespace trafrec::store
