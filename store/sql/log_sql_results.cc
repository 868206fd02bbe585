#include "store/sql/log_sql_results.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "store/format/result_link_rows.h"
#include "store/reader/exchange_id.h"
#include "store/reader_limits.h"
#include "store/sql/log_sql_segment_rows.h"

namespace trafrec::store {
namespace {

constexpr auto kColumns = std::to_array<db::VirtualColumn>({
    {"recorder", "TEXT", db::Lookup::kMany},
    {"attempt", "INTEGER", db::Lookup::kRange},
    {"id", "TEXT", db::Lookup::kOne},
    {"source", "TEXT", db::Lookup::kMany},
    {"item", "INTEGER"},
    {"items", "INTEGER"},
    {"tries", "INTEGER"},
    {"parts", "INTEGER"},
    {"target", "TEXT"},
    {"lag_ns", "INTEGER"},
    {"wait", "TEXT"},
    {"wait_ns", "INTEGER"},
    {"source_outcome", "TEXT"},
    {"target_outcome", "TEXT"},
});
constexpr int kId = 2;
constexpr int kSource = 3;

db::SqlValue TextOrNull(const std::string& text) {
  return text.empty() ? db::SqlValue() : db::SqlValue(text);
}

class ResultRows : public SegmentRows {
 public:
  ResultRows(LogSqlSource& source, const std::vector<AttemptSnapshot>& snapshots,
             const db::ScanRequest& request)
      : SegmentRows(source, snapshots, request) {
    for (const db::ColumnLimit& limit : request.limits) {
      const auto* text = std::get_if<std::string>(&limit.value);
      if (text == nullptr || (limit.column != kId && limit.column != kSource)) {
        continue;
      }
      const Result<ExchangeId> id = ParseExchangeId(*text);
      if (!id) {
        numbers_ = {.least = 1, .greatest = 0};
      } else if (limit.column == kSource) {
        sent_for_ = *id;
      } else {
        walk_.OnlyRecorder(id->recorder);
        walk_.OnlyAttempts({id->attempt, id->attempt});
        numbers_.Cut({static_cast<int64_t>(id->number), static_cast<int64_t>(id->number)});
      }
    }
  }

 protected:
  void BeginSegment() override { last_ = 0; }

  Status ReadBatch(const AttemptKey& key, uint32_t segment) override {
    int64_t last = last_;
    bool any = false;
    TRY(source_.files().With(key, segment, [&](SegmentConnection& connection) -> Status {
      rows_.clear();
      TRY_ASSIGN(any, connection.MayHaveResults());
      return any ? Read(connection, key, last) : Status();
    }));
    last_ = last;
    ended_ = !any || rows_.size() < limits::kKeyChunkRows;
    return {};
  }

 private:
  Status Read(SegmentConnection& connection, const AttemptKey& key, int64_t& last) {
    static const std::string kOfAll = fmt::format(
        "SELECT {} FROM result_link WHERE exchange>?1 AND exchange BETWEEN ?2 AND ?3 ORDER BY "
        "exchange LIMIT ?4",
        kResultLinkColumns);
    // The unary plus leaves the index of the source as the only way.
    static const std::string kOfSource = fmt::format(
        "SELECT {} FROM result_link WHERE source_exchange=?5 AND source_attempt=?6 AND "
        "source_recorder=?7 AND +exchange>?1 AND +exchange BETWEEN ?2 AND ?3 ORDER BY exchange "
        "LIMIT ?4",
        kResultLinkColumns);
    TRY_ASSIGN(db::Statement * statement, connection.Prepared(sent_for_ ? kOfSource : kOfAll));
    statement->Bind(0, last_)
        .Bind(1, numbers_.least)
        .Bind(2, numbers_.greatest)
        .Bind(3, limits::kKeyChunkRows);
    if (sent_for_) {
      statement->Bind(4, sent_for_->number)
          .Bind(5, sent_for_->attempt)
          .Bind(6, std::string_view(sent_for_->recorder));
    }
    while (true) {
      TRY_ASSIGN(const bool more, statement->Step());
      if (!more) {
        break;
      }
      last = statement->Int(0);
      rows_.push_back(RowOf(key, ResultLinkOf(*statement)));
    }
    statement->Reset();
    return {};
  }

  static Values RowOf(const AttemptKey& key, const ResultLink& link) {
    Values row = Begin(key);
    row.emplace_back(FormatExchangeId({key.recorder, key.attempt, link.exchange}));
    row.emplace_back(FormatExchangeId(SourceOf(link)));
    const bool whole = link.items == 0;
    row.push_back(whole ? db::SqlValue() : db::SqlValue(int64_t{link.first_item}));
    row.push_back(whole ? db::SqlValue() : db::SqlValue(int64_t{link.items}));
    row.emplace_back(int64_t{link.tries});
    row.emplace_back(int64_t{link.parts});
    row.push_back(TextOrNull(link.target));
    row.emplace_back(link.lag_ns);
    row.push_back(TextOrNull(link.wait));
    row.emplace_back(link.wait_ns);
    row.push_back(TextOrNull(link.source_outcome));
    row.push_back(TextOrNull(link.target_outcome));
    return row;
  }

  ValueRange numbers_;
  std::optional<ExchangeId> sent_for_;
  int64_t last_ = 0;
};

}  // namespace

std::span<const db::VirtualColumn> ResultsTable::Columns() { return kColumns; }

Result<std::unique_ptr<db::VirtualCursor>> ResultsTable::Open(const db::ScanRequest& request) {
  TRY_ASSIGN(const auto* snapshots, source_.Snapshots());
  return std::make_unique<ResultRows>(source_, *snapshots, request);
}

}  // namespace trafrec::store
