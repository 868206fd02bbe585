// Rows of a table in the segments, as they are there.
//
// A segment's rows are read a batch at a time in the order of their key, because an open segment
// may be held for some milliseconds only. A message that became known further has its gaps again,
// with newer facts, in a later segment of its attempt: the earlier ones do not count then.

#include "store/sql/log_sql_rows.h"

#include <array>
#include <utility>

#include "store/format/records.h"
#include "store/reader/deleted_segments.h"
#include "store/reader/exchange_id.h"
#include "store/reader_limits.h"
#include "store/sql/log_sql_segment_rows.h"

namespace trafrec::store {
namespace {

using Values = SegmentRows::Values;

constexpr auto kGapColumns = std::to_array<db::VirtualColumn>({
    {"recorder", "TEXT", db::Lookup::kMany},
    {"attempt", "INTEGER", db::Lookup::kRange},
    {"id", "TEXT", db::Lookup::kMany},
    {"side", "TEXT"},
    {"idx", "INTEGER"},
    {"part", "TEXT"},
    {"body_offset", "INTEGER"},
    {"flow_offset", "INTEGER"},
    {"length", "INTEGER"},
    {"revealed_ns", "INTEGER"},
    {"cause", "TEXT"},
});
constexpr int kGapId = 2;

constexpr auto kLossColumns = std::to_array<db::VirtualColumn>({
    {"recorder", "TEXT", db::Lookup::kMany},
    {"attempt", "INTEGER", db::Lookup::kRange},
    {"cause", "TEXT"},
    {"from_ns", "INTEGER"},
    {"until_ns", "INTEGER"},
    {"connection", "INTEGER"},
    {"packets", "INTEGER"},
    {"bytes", "INTEGER"},
    {"exact", "INTEGER"},
    {"of_bytes", "INTEGER"},
    {"deleted", "INTEGER"},
});

constexpr auto kWatermarkColumns = std::to_array<db::VirtualColumn>({
    {"recorder", "TEXT", db::Lookup::kMany},
    {"attempt", "INTEGER", db::Lookup::kRange},
    {"at_ns", "INTEGER"},
    {"requests_through", "INTEGER"},
    {"answers_through", "INTEGER"},
    {"hold", "TEXT"},
});

/// The rows of a table with a rowid, each made of a statement's row.
class RowidRows : public SegmentRows {
 public:
  using Make = void (*)(const db::Statement& from, Values& row);

  RowidRows(LogSqlSource& source, const std::vector<AttemptSnapshot>& snapshots,
            const db::ScanRequest& request, const char* sql, Make make)
      : SegmentRows(source, snapshots, request), sql_(sql), make_(make) {}

 protected:
  void BeginSegment() override { last_ = 0; }
  Status ReadBatch(const AttemptKey& key, uint32_t segment) override {
    int64_t last = last_;
    TRY(source_.files().With(key, segment, [&](SegmentConnection& connection) -> Status {
      rows_.clear();
      TRY_ASSIGN(db::Statement * statement, connection.Prepared(sql_));
      statement->Bind(0, last_).Bind(1, limits::kKeyChunkRows);
      while (true) {
        TRY_ASSIGN(const bool row, statement->Step());
        if (!row) {
          break;
        }
        last = statement->Int(0);
        make_(*statement, rows_.emplace_back(Begin(key)));
      }
      statement->Reset();
      return {};
    }));
    last_ = last;
    ended_ = rows_.size() < limits::kKeyChunkRows;
    return {};
  }

 private:
  const char* sql_;
  Make make_;
  int64_t last_ = 0;
};

class GapRows : public SegmentRows {
 public:
  GapRows(LogSqlSource& source, const std::vector<AttemptSnapshot>& snapshots,
          const db::ScanRequest& request)
      : SegmentRows(source, snapshots, request) {
    for (const db::ColumnLimit& limit : request.limits) {
      const auto* text = std::get_if<std::string>(&limit.value);
      if (limit.column != kGapId || text == nullptr) {
        continue;
      }
      const Result<ExchangeId> id = ParseExchangeId(*text);
      if (!id) {
        messages_ = {.least = 1, .greatest = 0};
      } else {
        walk_.OnlyRecorder(id->recorder);
        walk_.OnlyAttempts({id->attempt, id->attempt});
        messages_.Cut({static_cast<int64_t>(MessageIdOf(id->number, Side::kClient)),
                       static_cast<int64_t>(MessageIdOf(id->number, Side::kServer))});
      }
    }
  }

 protected:
  void BeginSegment() override { last_ = {0, 0}; }

  Status ReadBatch(const AttemptKey& key, uint32_t segment) override {
    TRY_ASSIGN(const SegmentRanges ranges, source_.RangesOf(key, segment));
    if (!ranges.gap_messages.Meets(messages_)) {
      ended_ = true;
      return {};
    }
    std::vector<std::pair<MessageId, Values>> read;
    std::pair<int64_t, int64_t> last = last_;
    TRY(source_.files().With(key, segment, [&](SegmentConnection& connection) -> Status {
      read.clear();
      return ReadGaps(connection, key, last, read);
    }));
    last_ = last;
    ended_ = read.size() < limits::kKeyChunkRows;
    for (auto& [message, row] : read) {
      TRY_ASSIGN(const bool replaced, IsReplaced(key, message));
      if (!replaced) {
        rows_.push_back(std::move(row));
      }
    }
    return {};
  }

 private:
  Status ReadGaps(SegmentConnection& connection, const AttemptKey& key,
                  std::pair<int64_t, int64_t>& last,
                  std::vector<std::pair<MessageId, Values>>& read) const {
    TRY_ASSIGN(
        db::Statement * statement,
        connection.Prepared("SELECT message, idx, part, body_offset, flow_offset, length, "
                            "revealed_ns, cause FROM gap WHERE (message, idx)>(?1, ?2) AND message "
                            "BETWEEN ?3 AND ?4 ORDER BY message, idx LIMIT ?5"));
    statement->Bind(0, last_.first)
        .Bind(1, last_.second)
        .Bind(2, messages_.least)
        .Bind(3, messages_.greatest)
        .Bind(4, limits::kKeyChunkRows);
    while (true) {
      TRY_ASSIGN(const bool more, statement->Step());
      if (!more) {
        break;
      }
      last = {statement->Int(0), statement->Int(1)};
      const MessageId message = statement->Unsigned(0);
      Values row = Begin(key);
      row.emplace_back(FormatExchangeId({key.recorder, key.attempt, ExchangeOf(message)}));
      row.emplace_back(SideOf(message) == Side::kClient ? "request" : "response");
      row.emplace_back(statement->Int(1));
      row.emplace_back(MessagePartName(static_cast<MessageGap::Part>(statement->Int(2))));
      ReadInto(*statement, 3, 6, row);
      row.emplace_back(GapCauseName(static_cast<GapCause>(statement->Int(7))));
      read.emplace_back(message, std::move(row));
    }
    statement->Reset();
    return {};
  }

  /// A later segment has newer facts of the message. Its gaps come together.
  Result<bool> IsReplaced(const AttemptKey& key, MessageId message) {
    const std::pair here{walk_.segment(), message};
    if (asked_ == here) {
      return replaced_;
    }
    asked_ = here;
    replaced_ = false;
    for (const uint32_t segment : walk_.later()) {
      TRY_ASSIGN(const SegmentRanges ranges, source_.RangesOf(key, segment));
      if (!ranges.facts_messages.Contains(static_cast<int64_t>(message))) {
        continue;
      }
      TRY(source_.files().With(key, segment, [&](SegmentConnection& connection) -> Status {
        TRY_ASSIGN(db::Statement * statement,
                   connection.Prepared("SELECT 1 FROM facts WHERE message=?1"));
        TRY_ASSIGN(replaced_, statement->Bind(0, message).Step());
        statement->Reset();
        return {};
      }));
      if (replaced_) {
        break;
      }
    }
    return replaced_;
  }

  ValueRange messages_;
  std::pair<int64_t, int64_t> last_;
  std::pair<uint32_t, MessageId> asked_;
  bool replaced_ = false;
};

void MakeLoss(const db::Statement& from, Values& row) {
  row.emplace_back(LossCauseName(static_cast<LossCause>(from.Int(1))));
  ReadInto(from, 2, 8, row);
  row.emplace_back(int64_t{0});
}

/// What retention deleted comes first.
class LossRows : public RowidRows {
 public:
  LossRows(LogSqlSource& source, const std::vector<AttemptSnapshot>& snapshots,
           const db::ScanRequest& request, const std::vector<DeletedSegments>& deleted)
      : RowidRows(source, snapshots, request,
                  "SELECT id, cause, from_ns, until_ns, connection, packets, bytes, exact, "
                  "of_bytes FROM loss WHERE id>?1 ORDER BY id LIMIT ?2",
                  &MakeLoss) {
    for (const DeletedSegments& attempt : deleted) {
      for (const LossTotal& loss : attempt.losses) {
        Values& row = rows_.emplace_back(Begin(attempt.attempt));
        row.emplace_back(LossCauseName(loss.cause));
        row.emplace_back(loss.from);
        row.emplace_back(loss.until);
        row.emplace_back();
        row.emplace_back(static_cast<int64_t>(loss.packets));
        row.emplace_back(static_cast<int64_t>(loss.bytes));
        row.emplace_back(int64_t{loss.exact ? 1 : 0});
        row.emplace_back(static_cast<int64_t>(loss.of_bytes));
        row.emplace_back(int64_t{1});
      }
    }
  }
};

}  // namespace

std::span<const db::VirtualColumn> GapsTable::Columns() { return kGapColumns; }
std::span<const db::VirtualColumn> LossesTable::Columns() { return kLossColumns; }
std::span<const db::VirtualColumn> WatermarksTable::Columns() { return kWatermarkColumns; }

Result<std::unique_ptr<db::VirtualCursor>> GapsTable::Open(const db::ScanRequest& request) {
  TRY_ASSIGN(const auto* snapshots, source_.Snapshots());
  return std::make_unique<GapRows>(source_, *snapshots, request);
}

Result<std::unique_ptr<db::VirtualCursor>> LossesTable::Open(const db::ScanRequest& request) {
  TRY_ASSIGN(const auto* snapshots, source_.Snapshots());
  TRY_ASSIGN(const std::vector<DeletedSegments> deleted, FindDeleted(source_.files().folders()));
  return std::make_unique<LossRows>(source_, *snapshots, request, deleted);
}

Result<std::unique_ptr<db::VirtualCursor>> WatermarksTable::Open(const db::ScanRequest& request) {
  TRY_ASSIGN(const auto* snapshots, source_.Snapshots());
  return std::make_unique<RowidRows>(
      source_, *snapshots, request,
      "SELECT rowid, at_ns, requests_through, answers_through, hold FROM watermark WHERE rowid>?1 "
      "ORDER BY rowid LIMIT ?2",
      [](const db::Statement& from, Values& row) { ReadInto(from, 1, 4, row); });
}

}  // namespace trafrec::store
