// Counting and grouping in parts.
//
// A part is a range of numbers of one sealed segment. A worker asks it on a connection of its own,
// with SQLite's own tables and no virtual one between. Rows whose exchange lies in several segments
// count as what became of them: a part only notes their numbers, and those, with the segments that
// are still written, are asked for through the virtual table afterwards. What does not go well
// here, SQLite does again in the usual way, and says why it fails if it fails.

#include "store/sql/log_sql_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "store/db/query_guard.h"
#include "store/db/sql_function.h"
#include "store/db/stop_asking.h"
#include "store/db/virtual_table.h"
#include "store/format/entry_format.h"
#include "store/reader_limits.h"
#include "store/sql/log_sql_columns.h"
#include "store/sql/segment_columns.h"
#include "store/sql/split_aggregate.h"

namespace trafrec::store {
namespace {

using Values = std::vector<db::SqlValue>;
using SegmentKey = std::pair<AttemptKey, uint32_t>;

/// How often the caller's `stop` is asked while workers are at work.
constexpr std::chrono::milliseconds kStopInterval{20};

struct Part {
  SegmentKey segment;
  ValueRange numbers{};
  std::optional<int64_t> frames_through{};  ///< of a segment that still grew
};

/// What parts have brought.
struct Gathered {
  std::vector<Values> rows;
  std::map<SegmentKey, std::set<ExchangeNumber>> special;
};

/// Reads what a statement returns, as long as it is no more than parts may hold.
Status ReadRows(db::Statement& statement, std::vector<Values>& rows) {
  const auto columns = static_cast<size_t>(statement.Columns());
  while (true) {
    TRY_ASSIGN(const bool row, statement.Step());
    if (!row) {
      return {};
    }
    if (rows.size() == limits::kPartRowsMax) {
      return Fail(ErrorCode::kUnsupported, "too many groups");
    }
    Values& values = rows.emplace_back(columns);
    for (size_t i = 0; i < columns; ++i) {
      statement.Read(static_cast<int>(i), values[i]);
    }
  }
}

/// "SELECT … FROM … WHERE … GROUP BY …" for the rows of a part.
std::string PartSql(const SplitAggregate& split, const std::string& from,
                    const std::string& where) {
  std::string keys;
  for (size_t key = 1; key <= split.keys; ++key) {
    keys += fmt::format("{}{}", key == 1 ? " GROUP BY " : ", ", key);
  }
  return fmt::format("SELECT {} FROM {} WHERE {}{}", fmt::join(split.part_columns, ", "), from,
                     where, keys);
}

std::string ConditionOf(const SplitAggregate& split) {
  return split.where.empty() ? "1" : "(" + split.where + ")";
}

/// The same on a segment's own tables, with numbers between ?1 and ?2, and if it still grew when
/// the statement began, frames up to ?3.
std::string SegmentSql(const SplitAggregate& split, bool grew) {
  uint64_t used = 0;
  std::string columns;
  for (const SegmentColumn& each : SegmentColumns()) {
    const char* name = kExchangeColumns[static_cast<size_t>(each.column)].name;
    if (std::ranges::find(split.columns, name) != split.columns.end()) {
      columns += fmt::format(", {} AS {}", each.sql, name);
      used |= ColumnBit(each.column);
    }
  }
  const std::string from = fmt::format(
      "(SELECT e.n AS trafrec_n, e.parts&{} AS trafrec_replaces, e.parts&{}<>0 OR e.flags&{}<>0 AS "
      "trafrec_special{} FROM exchange e{} WHERE e.n BETWEEN ?1 AND ?2{}) AS exchanges",
      kPartReplaces, kPartReplaces | kPartContinues, FlagBit(Flag::kOpen), columns,
      SegmentJoinsOf(used), grew ? " AND e.frame<=?3" : "");
  // Special rows never come to the statement's own condition.
  return PartSql(split, from,
                 "CASE WHEN trafrec_special THEN trafrec_note(trafrec_n, trafrec_replaces) ELSE " +
                     ConditionOf(split) + " END");
}

/// Asks parts on connections of its own.
class Worker {
 public:
  Worker(LogSqlSource& source, const SplitAggregate& split)
      : files_(source.files().folders(), source.identities()), split_(split) {}

  Status Ask(const Part& part, const std::function<bool()>& stop) {
    const auto& [attempt, segment] = part.segment;
    const Status asked = files_.With(attempt, segment, [&](SegmentConnection& connection) {
      return AskOn(connection, part, stop);
    });
    return files_.WasDeleted(attempt, segment, asked) ? Status() : asked;
  }

  Gathered gathered;

 private:
  Status AskOn(SegmentConnection& connection, const Part& part, const std::function<bool()>& stop) {
    db::Database& database = connection.database();
    TRY(connection.UseRegexp());
    const auto note = [this, &part](std::span<const db::SqlValue> given) -> Result<db::SqlValue> {
      if (std::get<int64_t>(given[1]) == 0) {
        gathered.special[part.segment].insert(
            static_cast<ExchangeNumber>(std::get<int64_t>(given[0])));
      }
      return db::SqlValue(int64_t{0});
    };
    TRY(db::AddFunction(database, "trafrec_note", 2, note, std::make_shared<db::TableContext>()));
    const db::QueryGuard guard(database);
    const db::StopAsking asking(database, stop);
    const bool grew = part.frames_through.has_value();
    TRY_ASSIGN(db::Statement statement, database.Prepare(SegmentSql(split_, grew)));
    statement.Bind(0, part.numbers.least).Bind(1, part.numbers.greatest);
    if (grew) {
      statement.Bind(2, *part.frames_through);
    }
    return ReadRows(statement, gathered.rows);
  }

  SegmentFiles files_;
  const SplitAggregate& split_;
};

/// The parts of the sealed segments; `rest` gets the others.
Result<std::vector<Part>> PartsOf(LogSqlSource& source, LogSqlSource::Scope& rest) {
  std::vector<Part> parts;
  TRY_ASSIGN(const auto* snapshots, source.Snapshots());
  for (const AttemptSnapshot& attempt : *snapshots) {
    for (const uint32_t segment : attempt.segments) {
      const auto ranges = source.RangesOf(attempt.key, segment);
      if (!ranges || !ranges->sealed) {
        rest[{attempt.key, segment}] = std::nullopt;
        continue;
      }
      Part part{.segment = {attempt.key, segment}};
      if (!attempt.settled && segment == attempt.segments.back()) {
        part.frames_through = attempt.frames_through;
      }
      for (int64_t from = ranges->exchanges.least; from <= ranges->exchanges.greatest;
           from += limits::kPartNumbers) {
        part.numbers = {from,
                        std::min(from + limits::kPartNumbers - 1, ranges->exchanges.greatest)};
        parts.push_back(part);
      }
    }
  }
  return parts;
}

/// All parts, on all processors. The caller's thread asks `stop`.
Result<Gathered> AskParts(LogSqlSource& source, const SplitAggregate& split,
                          const std::vector<Part>& parts, const std::function<bool()>& stop) {
  std::atomic<size_t> next = 0;
  std::atomic<bool> stopped = false;
  std::mutex mutex;
  std::condition_variable one_ended;
  size_t ended = 0;
  Gathered all;
  Status failed;
  const auto work = [&] {
    Worker worker(source, split);
    Status asked;
    for (size_t at = next++; at < parts.size() && asked && !stopped; at = next++) {
      asked = worker.Ask(parts[at], [&] { return stopped.load(); });
    }
    const std::lock_guard lock(mutex);
    if (!asked) {
      failed = std::move(asked);
      stopped = true;
    }
    std::ranges::move(worker.gathered.rows, std::back_inserter(all.rows));
    all.special.merge(worker.gathered.special);
    for (auto& [segment, numbers] : worker.gathered.special) {
      all.special[segment].merge(numbers);
    }
    ++ended;
    one_ended.notify_all();
  };
  const size_t count = std::min<size_t>(
      {parts.size(), std::max(std::thread::hardware_concurrency(), 1U), limits::kPartWorkersMax});
  std::vector<std::jthread> workers;
  for (size_t i = 0; i < count; ++i) {
    workers.emplace_back(work);
  }
  std::unique_lock lock(mutex);
  while (!one_ended.wait_for(lock, kStopInterval, [&] { return ended == count; })) {
    if (stop()) {
      stopped = true;
    }
  }
  TRY(failed);
  return all;
}

/// The rows of all parts as the table `parts`: c0, c1, ….
class PartsTable : public db::VirtualTable {
 public:
  PartsTable(const std::vector<Values>& rows, size_t columns) : rows_(rows) {
    for (size_t i = 0; i < columns; ++i) {
      names_.push_back(fmt::format("c{}", i));
      columns_.push_back({names_.back().c_str(), ""});
    }
  }
  std::span<const db::VirtualColumn> columns() const override { return columns_; }
  Result<std::unique_ptr<db::VirtualCursor>> Open(const db::ScanRequest&) override {
    return std::make_unique<Cursor>(rows_);
  }

 private:
  class Cursor : public db::VirtualCursor {
   public:
    explicit Cursor(const std::vector<Values>& rows) : rows_(rows) {}
    Result<bool> Next() override { return next_++ < rows_.size(); }
    db::SqlValue Value(int column) const override {
      return rows_[next_ - 1][static_cast<size_t>(column)];
    }

   private:
    const std::vector<Values>& rows_;
    size_t next_ = 0;
  };

  const std::vector<Values>& rows_;
  std::list<std::string> names_;
  std::vector<db::VirtualColumn> columns_;
};

/// Puts the answers together.
Result<std::vector<Values>> Together(const SplitAggregate& split, const std::vector<Values>& rows) {
  TRY_ASSIGN(db::Database database, db::Database::OpenInMemory());
  TRY(database.Execute("PRAGMA temp_store=MEMORY"));
  TRY(db::AddVirtualTable(database, "parts",
                          std::make_unique<PartsTable>(rows, split.part_columns.size()),
                          std::make_shared<db::TableContext>()));
  TRY_ASSIGN(db::Statement whole, database.Prepare(split.whole));
  std::vector<Values> answer;
  TRY(ReadRows(whole, answer));
  return answer;
}

}  // namespace

Result<std::vector<Values>> SqlParts::Rows(const SplitAggregate& split,
                                           const std::function<bool()>& stop) {
  LogSqlSource::Scope rest;
  TRY_ASSIGN(const std::vector<Part> parts, PartsOf(source_, rest));
  TRY_ASSIGN(Gathered gathered, AskParts(source_, split, parts, stop));
  for (auto& [segment, numbers] : gathered.special) {
    rest[segment] = std::move(numbers);
  }
  if (!rest.empty()) {
    source_.SetScope(std::move(rest));
    const Status read = [&]() -> Status {
      TRY_ASSIGN(db::Statement statement,
                 tables_.Prepare(PartSql(split, "exchanges", ConditionOf(split))));
      return ReadRows(statement, gathered.rows);
    }();
    source_.SetScope(std::nullopt);
    TRY(read);
  }
  return Together(split, gathered.rows);
}

Result<bool> SqlParts::Answer(std::string_view sql, const std::vector<std::string>& names,
                              db::RowSink& sink, const std::function<bool()>& stop) {
  const std::optional<SplitAggregate> split = SplitAggregateOf(sql);
  if (!split || split->whole_columns != names.size()) {
    return false;
  }
  const auto uses = [&](const char* column) {
    return std::ranges::find(split->columns, column) != split->columns.end();
  };
  TRY(source_.RequireClear(uses("target") || uses("host"), uses("client") || uses("server")));
  TRY_ASSIGN(const bool several, source_.HasSeveralRecorders());
  if (several) {
    return false;
  }
  const Result<std::vector<Values>> rows = Rows(*split, stop);
  if (!rows) {
    return false;
  }
  sink.Columns(names);
  for (const Values& row : *rows) {
    if (!sink.Row(row)) {
      break;
    }
  }
  return true;
}

}  // namespace trafrec::store
