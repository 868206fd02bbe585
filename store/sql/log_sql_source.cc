#include "store/sql/log_sql_source.h"

#include <algorithm>

#include "store/reader/exchange_id.h"
#include "store/reader/log_reader_find.h"
#include "store/reader/log_reader_rows.h"

namespace trafrec::store {
namespace {

/// Of two queries for the ends; of a table without rows nothing.
Result<ValueRange> RangeOf(db::Database& database, const char* column, const char* table) {
  const auto end = [&](const char* function) {
    return database.QueryInt(std::string("SELECT ") + function + "(" + column + ") FROM " + table);
  };
  TRY_ASSIGN(const std::optional<int64_t> least, end("min"));
  TRY_ASSIGN(const std::optional<int64_t> greatest, end("max"));
  if (!least || !greatest) {
    return ValueRange{.least = 1, .greatest = 0};
  }
  return ValueRange{*least, *greatest};
}

Result<SegmentRanges> ReadRanges(db::Database& database) {
  SegmentRanges ranges;
  TRY_ASSIGN(ranges.exchanges, RangeOf(database, "n", "exchange"));
  TRY_ASSIGN(ranges.gap_messages, RangeOf(database, "message", "gap"));
  TRY_ASSIGN(ranges.facts_messages, RangeOf(database, "message", "facts"));
  const auto fact = [&](const char* key) {
    return database.QueryInt(std::string("SELECT value FROM attempt WHERE key='") + key + "'");
  };
  TRY_ASSIGN(const std::optional<int64_t> first, fact("first_began_ns"));
  TRY_ASSIGN(const std::optional<int64_t> last, fact("last_began_ns"));
  ranges.began_ns.least = first.value_or(ranges.began_ns.least);
  ranges.began_ns.greatest = last.value_or(ranges.began_ns.greatest);
  return ranges;
}

}  // namespace

Result<std::unique_ptr<LogSqlSource>> LogSqlSource::Open(LogSelection selection) {
  TRY_ASSIGN(auto reader, LogReader::Open(selection));
  return std::unique_ptr<LogSqlSource>(new LogSqlSource(std::move(reader), std::move(selection)));
}

void LogSqlSource::BeginStatement() {
  snapshots_.reset();
  hidden_.reset();
  loaded_.reset();
  loaded_id_.clear();
}

Result<const std::vector<AttemptSnapshot>*> LogSqlSource::Snapshots() {
  if (!snapshots_) {
    TRY_ASSIGN(snapshots_, catalogue_.TakeSnapshots());
  }
  return &*snapshots_;
}

Result<bool> LogSqlSource::HasSeveralRecorders() {
  TRY_ASSIGN(const auto* snapshots, Snapshots());
  return std::ranges::any_of(*snapshots, [&](const AttemptSnapshot& snapshot) {
    return snapshot.key.recorder != snapshots->front().key.recorder;
  });
}

Status LogSqlSource::RequireClear(bool texts, bool addresses) {
  if (!texts && !addresses) {
    return {};
  }
  if (!hidden_) {
    TRY_ASSIGN(const auto* snapshots, Snapshots());
    hidden_ = FindHiddenColumns(files_, *snapshots);
  }
  const bool hides_texts = texts && !hidden_->texts.empty();
  if (hides_texts || (addresses && !hidden_->addresses.empty())) {
    return Fail(ErrorCode::kUsage,
                std::string(hides_texts ? "target and host" : "client and server") +
                    " are encrypted, and the SQL asks for them",
                std::string(kIdentityRemedy) + "; or name the columns that you want");
  }
  return {};
}

Result<SegmentRanges> LogSqlSource::RangesOf(const AttemptKey& attempt, uint32_t segment) {
  const auto known = ranges_.find({attempt, segment});
  if (known != ranges_.end()) {
    return known->second;
  }
  SegmentRanges ranges;
  const Status read = files_.With(attempt, segment, [&](SegmentConnection& connection) -> Status {
    if (connection.immutable()) {
      TRY_ASSIGN(ranges, ReadRanges(connection.database()));
      ranges.sealed = true;
    }
    return {};
  });
  TRY(read);
  if (ranges.sealed) {
    ranges_[{attempt, segment}] = ranges;
  }
  return ranges;
}

Result<std::optional<ExchangeRow>> LogSqlSource::FindExpected(const ExchangeId& id) {
  const auto& [attempt, segment] = expected_;
  std::optional<ExchangeRow> row;
  if (attempt != AttemptKey{id.recorder, id.attempt}) {
    return row;
  }
  const Status read = files_.With(attempt, segment, [&](SegmentConnection& connection) -> Status {
    TRY_ASSIGN(row, RowReader::Row(connection, attempt, segment, id.number,
                                   std::numeric_limits<int64_t>::max()));
    return {};
  });
  // An open row may have a newer one elsewhere, and a segment that is gone its row.
  if (!read || (row && HasFlag(row->flags, Flag::kOpen))) {
    return std::nullopt;
  }
  if (row) {
    TRY(AddEarlierMessages(files_, *row));
  }
  return row;
}

Result<std::optional<ExchangeRow>> LogSqlSource::Find(const std::string& id) {
  const Result<ExchangeId> parsed = ParseExchangeId(id);
  if (!parsed) {
    return std::nullopt;
  }
  TRY_ASSIGN(const bool several, HasSeveralRecorders());
  if (!several) {
    TRY_ASSIGN(std::optional<ExchangeRow> expected, FindExpected(*parsed));
    if (expected) {
      return expected;
    }
  }
  Result<ExchangeRow> row = several ? reader_->Find(id) : FindExchange(files_, catalogue_, *parsed);
  if (!row && row.error().code == ErrorCode::kNotFound) {
    return std::nullopt;
  }
  if (row && !several) {
    Expect({row->id.recorder, row->id.attempt}, row->place.segment);
  }
  return row;
}

Result<const StoredExchange*> LogSqlSource::Load(const std::string& id) {
  if (loaded_ && id == loaded_id_) {
    return &*loaded_;
  }
  loaded_.reset();
  TRY_ASSIGN(const std::optional<ExchangeRow> row, Find(id));
  if (!row) {
    return nullptr;
  }
  TRY_ASSIGN(loaded_, reader_->Load(*row));
  loaded_id_ = id;
  return &*loaded_;
}

}  // namespace trafrec::store
