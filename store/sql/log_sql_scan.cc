// The rows of `exchanges`.
//
// A statement that counts or groups uses few columns of many rows. So a scan asks each segment for
// those columns only, in the order of the numbers, a batch at a time; texts, addresses and sizes
// are joined when they are used. Batches are copied out, because an open segment may be held for
// some milliseconds only. The few rows whose exchange lies in several segments go the way that
// LogReader goes. Rejected: LogReader's rows for everything (all columns of a row cost as much as
// thirty rows of two), and one statement over attached segments (SQLite attaches ten). What only
// counts and groups goes another way: log_sql_parts.cc.

#include "store/sql/log_sql_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <span>
#include <utility>

#include "store/format/entry_format.h"
#include "store/reader/exchange_id.h"
#include "store/reader/log_reader_filter.h"
#include "store/reader/log_reader_rows.h"
#include "store/reader_limits.h"
#include "store/sql/log_sql_columns.h"
#include "store/sql/segment_columns.h"

namespace trafrec::store {
namespace {

/// The rows of one recorder, out of the segments.
class ScannedRows : public db::VirtualCursor {
 public:
  ScannedRows(LogSqlSource& source, const std::vector<AttemptSnapshot>& snapshots,
              ExchangeScan asked, FilterSql everything)
      : source_(source),
        asked_(std::move(asked)),
        walk_(snapshots),
        everything_(std::move(everything)),
        reader_(source.files(), everything_) {
    for (const db::SqlValue& recorder : asked_.recorders) {
      walk_.OnlyRecorder(recorder);
    }
    walk_.OnlyAttempts(asked_.attempts);
    MakeSql();
  }

  Result<bool> Next() override {
    ++row_;
    while (row_ >= rows_) {
      if (ended_) {
        if (!walk_.Next()) {
          return false;
        }
        last_ = 0;
        ended_ = false;
      }
      TRY(ReadBatch());
    }
    return true;
  }

  db::SqlValue Value(int column) const override {
    const Batch& row = batch_[row_];
    if (row.whole) {
      return ColumnOf(*row.whole, column);
    }
    const AttemptKey& key = walk_.attempt().key;
    switch (column) {
      case kColumnId:
        return FormatExchangeId({key.recorder, key.attempt, row.number});
      case kColumnRecorder:
        return key.recorder;
      case kColumnAttempt:
        return int64_t{key.attempt};
      case kColumnN:
        return static_cast<int64_t>(row.number);
      case kColumnTimeNs:
        return row.began_at;
      case kColumnTime:
        return FormatTime(row.began_at);
      case kColumnSightings:
        return int64_t{1};
      default:
        return CellsOf(row_)[places_[static_cast<size_t>(column)]];
    }
  }

 private:
  /// A row of the batch, whose values are in cells_. Small, as there are thousands at a time.
  struct Batch {
    ExchangeNumber number = 0;
    TimeNs began_at = 0;
    bool special = false;
    std::unique_ptr<ExchangeRow> whole;  ///< of a special one, instead of the values
  };

  /// The values of a row, in the order of the statement.
  std::span<const db::SqlValue> CellsOf(size_t row) const {
    return std::span(cells_).subspan(row * values_, values_);
  }

  void MakeSql() {
    std::string columns;
    for (const SegmentColumn& each : SegmentColumns()) {
      if ((asked_.columns & ColumnBit(each.column)) != 0) {
        columns += fmt::format(", {}", each.sql);
        places_[static_cast<size_t>(each.column)] = values_++;
      }
    }
    const std::string joins = SegmentJoinsOf(asked_.columns);
    sql_ = fmt::format(
        "SELECT e.n, e.began_ns, e.parts&{}<>0 OR e.flags&{}<>0{} FROM exchange e{} WHERE e.n>?1 "
        "AND e.n<=?2 AND e.frame<=?3 AND e.parts&{}=0",
        kPartContinues, FlagBit(Flag::kOpen), columns, joins, kPartReplaces);
    // An open segment must be left soon, so there each batch is as long as it is wide.
    sealed_sql_ = sql_ + " AND e.began_ns BETWEEN ?5 AND ?6 ORDER BY e.n LIMIT ?4";
    sql_ += " ORDER BY e.n LIMIT ?4";
  }

  Status ReadBatch() {
    row_ = 0;
    rows_ = 0;
    const AttemptKey& key = walk_.attempt().key;
    const uint32_t segment = walk_.segment();
    const Status read = ReadSegment(key, segment);
    if (source_.files().WasDeleted(key, segment, read)) {
      rows_ = 0;
      ended_ = true;
      return {};
    }
    return read;
  }

  Status ReadSegment(const AttemptKey& key, uint32_t segment) {
    TRY_ASSIGN(const SegmentRanges ranges, source_.RangesOf(key, segment));
    if (!ranges.began_ns.Meets(asked_.times) || !ranges.exchanges.Meets(asked_.numbers)) {
      ended_ = true;
      return {};
    }
    source_.Expect(key, segment);
    if (const auto* scope = source_.scope()) {
      const auto numbers = scope->find({key, segment});
      if (numbers == scope->end() || numbers->second) {
        return ReadNumbers(numbers == scope->end() ? std::set<ExchangeNumber>() : *numbers->second);
      }
    }
    TRY(source_.files().With(key, segment, [&](SegmentConnection& connection) -> Status {
      return ReadRows(connection, walk_.attempt().FramesThrough(segment));
    }));
    if (rows_ > 0) {
      last_ = batch_[rows_ - 1].number;
    }
    return CompleteSpecial();
  }

  /// These rows only.
  Status ReadNumbers(const std::set<ExchangeNumber>& numbers) {
    for (const ExchangeNumber number : numbers) {
      AddRow() = {number, 0, true, nullptr};
    }
    ended_ = true;
    return CompleteSpecial();
  }

  Status ReadRows(SegmentConnection& connection, int64_t frames_through) {
    rows_ = 0;
    const bool sealed = connection.immutable();
    TRY_ASSIGN(db::Statement * statement, connection.Prepared(sealed ? sealed_sql_ : sql_));
    statement->Bind(0, std::max<int64_t>(static_cast<int64_t>(last_), asked_.numbers.least - 1))
        .Bind(1, asked_.numbers.greatest)
        .Bind(2, frames_through)
        .Bind(3, limits::kKeyChunkRows);
    if (sealed) {
      statement->Bind(4, asked_.times.least).Bind(5, asked_.times.greatest);
    }
    while (true) {
      TRY_ASSIGN(const bool row, statement->Step());
      if (!row) {
        break;
      }
      Keep(*statement);
    }
    statement->Reset();
    ended_ = rows_ < limits::kKeyChunkRows;
    return {};
  }

  Batch& AddRow() {
    if (rows_ == batch_.size()) {
      batch_.emplace_back();
      cells_.resize(batch_.size() * values_);
    }
    return batch_[rows_++];
  }

  void Keep(const db::Statement& statement) {
    const size_t at = rows_;
    Batch& row = AddRow();
    row.number = statement.Unsigned(0);
    row.began_at = statement.Int(1);
    row.special = statement.Int(2) != 0;
    row.whole.reset();
    for (size_t i = 0; i < values_; ++i) {
      statement.Read(3 + static_cast<int>(i), cells_[at * values_ + i]);
    }
  }

  /// Rows that other segments have a part of.
  Status CompleteSpecial() {
    size_t kept = 0;
    for (size_t i = 0; i < rows_; ++i) {
      if (batch_[i].special) {
        std::vector<ExchangeRow> whole;
        TRY(reader_.Rows(walk_.attempt(), walk_.segment(),
                         {{batch_[i].began_at, batch_[i].number, true}}, RowReader::As::kThen,
                         whole));
        if (whole.empty()) {
          continue;
        }
        batch_[i].whole = std::make_unique<ExchangeRow>(std::move(whole.front()));
      }
      if (kept != i) {
        std::swap(batch_[kept], batch_[i]);
        for (size_t value = 0; value < values_; ++value) {
          std::swap(cells_[kept * values_ + value], cells_[i * values_ + value]);
        }
      }
      ++kept;
    }
    rows_ = kept;
    return {};
  }

  LogSqlSource& source_;
  const ExchangeScan asked_;
  SegmentWalk walk_;
  const FilterSql everything_;
  RowReader reader_;
  std::string sql_;
  std::string sealed_sql_;
  std::array<size_t, kColumnCount> places_{};  // of a column among the values
  size_t values_ = 0;
  std::vector<Batch> batch_;         // the first rows_ count; the rest is kept for its memory
  std::vector<db::SqlValue> cells_;  // values_ for each row
  size_t rows_ = 0;
  size_t row_ = 0;
  bool ended_ = true;        // the segment has no more
  ExchangeNumber last_ = 0;  // of the segment, that was read
};

}  // namespace

Result<std::unique_ptr<db::VirtualCursor>> ScanExchanges(LogSqlSource& source,
                                                         const ExchangeScan& scan) {
  TRY_ASSIGN(const auto* snapshots, source.Snapshots());
  TRY_ASSIGN(FilterSql everything, FilterSql::Make({}, kFirstFilterParameter));
  return std::make_unique<ScannedRows>(source, *snapshots, scan, std::move(everything));
}

}  // namespace trafrec::store
