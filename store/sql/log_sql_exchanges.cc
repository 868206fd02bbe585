#include "store/sql/log_sql_exchanges.h"

#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "store/sql/log_sql_columns.h"
#include "store/sql/log_sql_scan.h"
#include "store/sql/log_sql_walk.h"

namespace trafrec::store {
namespace {

void CutByTimeText(ValueRange& times, const db::ColumnLimit& limit) {
  const auto* text = std::get_if<std::string>(&limit.value);
  const std::optional<TimeNs> time = text == nullptr ? std::nullopt : BeginOfTimeText(*text);
  const bool whole = time && FormatTime(*time) == *text;
  if (time && (whole || limit.comparison != db::Comparison::kEqual)) {
    CutByLimit(times, {limit.column, limit.comparison, *time});
  }
}

ExchangeScan ScanOf(const db::ScanRequest& request) {
  ExchangeScan asked;
  asked.columns = request.columns_used;
  for (const db::ColumnLimit& limit : request.limits) {
    switch (limit.column) {
      case kColumnRecorder:
        asked.recorders.push_back(limit.value);
        break;
      case kColumnAttempt:
        CutByLimit(asked.attempts, limit);
        break;
      case kColumnN:
        CutByLimit(asked.numbers, limit);
        break;
      case kColumnTimeNs:
        CutByLimit(asked.times, limit);
        break;
      case kColumnTime:
        CutByTimeText(asked.times, limit);
        break;
      default:
        break;
    }
  }
  return asked;
}

/// One row that was found, or none.
class FoundRow : public db::VirtualCursor {
 public:
  explicit FoundRow(std::optional<ExchangeRow> row) : row_(std::move(row)) {}
  Result<bool> Next() override { return row_.has_value() && !std::exchange(shown_, true); }
  db::SqlValue Value(int column) const override { return ColumnOf(*row_, column); }

 private:
  std::optional<ExchangeRow> row_;
  bool shown_ = false;
};

/// The merged rows of several recorders.
class MergedRows : public db::VirtualCursor {
 public:
  explicit MergedRows(std::unique_ptr<ExchangeCursor> rows) : rows_(std::move(rows)) {}
  Result<bool> Next() override {
    TRY_ASSIGN(row_, rows_->Next());
    return row_.has_value();
  }
  db::SqlValue Value(int column) const override { return ColumnOf(*row_, column); }

 private:
  std::unique_ptr<ExchangeCursor> rows_;
  std::optional<ExchangeRow> row_;
};

}  // namespace

std::span<const db::VirtualColumn> ExchangesTable::Columns() { return kExchangeColumns; }

Result<std::unique_ptr<db::VirtualCursor>> ExchangesTable::Open(const db::ScanRequest& request) {
  TRY(source_.RequireClear(request.Uses(kColumnTarget) || request.Uses(kColumnHost),
                           request.Uses(kColumnClient) || request.Uses(kColumnServer)));
  for (const db::ColumnLimit& limit : request.limits) {
    const auto* id = std::get_if<std::string>(&limit.value);
    if (limit.column == kColumnId && id != nullptr) {
      TRY_ASSIGN(std::optional<ExchangeRow> row, source_.Find(*id));
      return std::make_unique<FoundRow>(std::move(row));
    }
  }
  const ExchangeScan asked = ScanOf(request);
  TRY_ASSIGN(const bool several, source_.HasSeveralRecorders());
  if (several) {
    const auto if_set = [](int64_t value, int64_t none) {
      return value == none ? std::nullopt : std::optional(value);
    };
    const ValueRange all;
    const auto until = if_set(asked.times.greatest, all.greatest);
    TRY_ASSIGN(auto rows, source_.reader().Rows(if_set(asked.times.least, all.least),
                                                until ? std::optional(*until + 1) : std::nullopt));
    return std::make_unique<MergedRows>(std::move(rows));
  }
  return ScanExchanges(source_, asked);
}

}  // namespace trafrec::store
