#include "store/log_reader.h"

#include "store/exchange_id.h"
#include "store/log_layout.h"
#include "store/log_reader_attempts.h"
#include "store/log_reader_cursor.h"
#include "store/log_reader_find.h"
#include "store/log_reader_follow.h"
#include "store/log_reader_load.h"
#include "store/verify.h"

namespace trafrec::store {
namespace {

class LogReaderOfFiles : public LogReader {
 public:
  LogReaderOfFiles(const std::filesystem::path& log, const Identities& identities)
      : identities_(identities), files_(log, identities), catalogue_(files_), loader_(files_) {}

  Status Visit(const ExchangeFilter& filter,
               const std::function<bool(const ExchangeRow&)>& visit) override {
    TRY_ASSIGN(const FilterSql sql, FilterSql::Make(filter, kFirstFilterParameter));
    TRY_ASSIGN(const std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    TRY(CheckWhere(sql, snapshots));
    follower_.Start(snapshots);
    RowReader rows(files_, sql);
    LogCursor cursor(rows, snapshots);
    for (uint64_t count = 0; !filter.limit || count < *filter.limit; ++count) {
      TRY_ASSIGN(const std::optional<ExchangeRow> row, cursor.Next());
      if (!row || !visit(*row)) {
        break;
      }
    }
    return {};
  }

  Status Follow(const ExchangeFilter& filter,
                const std::function<bool(const ExchangeRow&)>& visit) override {
    if (!follower_.started()) {
      return Visit(filter, visit);
    }
    TRY_ASSIGN(const FilterSql sql, FilterSql::Make(filter, kFirstFilterParameter));
    TRY_ASSIGN(const std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    TRY(CheckWhere(sql, snapshots));
    RowReader rows(files_, sql);
    uint64_t count = 0;
    const auto limited = [&](const ExchangeRow& row) {
      return visit(row) && (!filter.limit || ++count < *filter.limit);
    };
    TRY(follower_.Show(rows, snapshots, limited));
    return {};
  }

  Result<ExchangeRow> Find(const std::string& id) override {
    TRY_ASSIGN(const ExchangeId parsed, ParseExchangeId(id));
    return FindExchange(files_, catalogue_, parsed);
  }

  Result<StoredExchange> Load(const ExchangeRow& row) override { return loader_.Load(row); }

  Result<std::vector<AttemptInfo>> Attempts() override { return ReadAttempts(files_, catalogue_); }

  Result<VerifyReport> Verify() override { return VerifyLog(files_.log(), identities_); }

 private:
  /// Once a call, so that its Error shows what the user wrote, and not our query around it.
  Status CheckWhere(const FilterSql& sql, const std::vector<AttemptSnapshot>& snapshots) {
    if (snapshots.empty()) {
      return {};
    }
    const AttemptSnapshot& first = snapshots.front();
    return files_.With(first.key, first.segments.front(),
                       [&](SegmentConnection& connection) { return sql.Check(connection); });
  }

  const Identities identities_;
  SegmentFiles files_;
  LogCatalogue catalogue_;
  ExchangeLoader loader_;
  LogFollower follower_;
};

}  // namespace

Result<std::unique_ptr<LogReader>> LogReader::Open(const std::filesystem::path& log,
                                                   Identities identities) {
  TRY(ReadLogIdentity(log));
  return std::make_unique<LogReaderOfFiles>(log, identities);
}

}  // namespace trafrec::store
