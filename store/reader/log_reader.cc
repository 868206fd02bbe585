#include "store/reader/log_reader.h"

#include <algorithm>

#include "store/reader/exchange_id.h"
#include "store/reader/hidden_columns.h"
#include "store/reader/log_copies.h"
#include "store/reader/log_reader_attempts.h"
#include "store/reader/log_reader_cursor.h"
#include "store/reader/log_reader_find.h"
#include "store/reader/log_reader_follow.h"
#include "store/reader/log_reader_load.h"
#include "store/reader/log_reader_results.h"
#include "store/reader/log_reader_sentinels.h"
#include "store/reader/log_reader_several.h"

namespace trafrec::store {
namespace {

/// The rows of one recorder.
class OwnRows : public ExchangeCursor {
 public:
  OwnRows(SegmentFiles& files, SegmentTimes& times, std::vector<AttemptSnapshot> snapshots,
          FilterSql sql)
      : snapshots_(std::move(snapshots)),
        sql_(std::move(sql)),
        rows_(files, sql_),
        cursor_(rows_, times, snapshots_) {}

  Result<std::optional<ExchangeRow>> Next() override { return cursor_.Next(); }

 private:
  const std::vector<AttemptSnapshot> snapshots_;
  const FilterSql sql_;
  RowReader rows_;
  LogCursor cursor_;
};

bool AreOfSeveral(const std::vector<AttemptKey>& attempts) {
  return std::ranges::any_of(attempts, [&](const AttemptKey& attempt) {
    return attempt.recorder != attempts.front().recorder;
  });
}

class LogReaderOfFiles : public LogReader {
 public:
  LogReaderOfFiles(LogSelection selection, std::vector<std::string> notes)
      : notes_(std::move(notes)),
        identities_(std::move(selection.identities)),
        files_(std::move(selection.folders), identities_),
        catalogue_(files_),
        loader_(files_),
        several_(files_, times_, catalogue_, loader_, std::move(selection.without)) {}

  Status CheckNames() const { return several_.CheckNames(); }
  Status NoteHiddenAddresses() {
    TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue_.AllAttempts());
    if (identities_ != nullptr || !AreOfSeveral(attempts)) {
      return {};
    }
    TRY_ASSIGN(const std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    for (const std::string& recorder : FindHiddenColumns(files_, snapshots).addresses) {
      notes_.push_back("the addresses of recorder '" + recorder +
                       "' are encrypted: what it saw that others saw, too, is found by ports and "
                       "sequence numbers alone; --identity KEYFILE opens them");
    }
    return {};
  }

  const std::vector<std::string>& notes() const override { return notes_; }

  Status Visit(const ExchangeFilter& filter,
               const std::function<bool(const ExchangeRow&)>& visit) override {
    TRY_ASSIGN(const std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue_.AllAttempts());
    follower_.Start(files_, attempts, snapshots);
    if (SeveralRecorders::AreIn(snapshots)) {
      merged_ = true;
      return several_.Visit(filter, snapshots, visit);
    }
    TRY_ASSIGN(const FilterSql sql, FilterSql::Make(filter, kFirstFilterParameter));
    TRY(CheckWhere(sql, snapshots));
    shown_ = snapshots;
    RowReader rows(files_, sql);
    LogCursor cursor(rows, times_, snapshots);
    for (uint64_t count = 0; !filter.limit || count < *filter.limit; ++count) {
      TRY_ASSIGN(const std::optional<ExchangeRow> row, cursor.Next());
      if (!row || !visit(*row)) {
        break;
      }
    }
    follower_.NoteOpen(rows.open());
    follower_.NoteAhead(rows.ahead());
    return {};
  }

  Result<std::unique_ptr<ExchangeCursor>> Rows(std::optional<TimeNs> since,
                                               std::optional<TimeNs> until) override {
    TRY_ASSIGN(std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    const ExchangeFilter filter{.since = since, .until = until};
    if (SeveralRecorders::AreIn(snapshots)) {
      return several_.Rows(filter, snapshots);
    }
    TRY_ASSIGN(FilterSql sql, FilterSql::Make(filter, kFirstFilterParameter));
    return std::make_unique<OwnRows>(files_, times_, std::move(snapshots), std::move(sql));
  }

  Status Follow(const ExchangeFilter& filter,
                const std::function<bool(const ExchangeRow&)>& visit) override {
    if (!follower_.started()) {
      return Visit(filter, visit);
    }
    TRY_ASSIGN(const std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    uint64_t count = 0;
    const auto limited = [&](const ExchangeRow& row) {
      return visit(row) && (!filter.limit || ++count < *filter.limit);
    };
    if (SeveralRecorders::AreIn(snapshots)) {
      if (!merged_) {
        several_.BeginAfter(shown_);
      }
      merged_ = true;
      return several_.Follow(filter, snapshots, limited);
    }
    TRY_ASSIGN(const FilterSql sql, FilterSql::Make(filter, kFirstFilterParameter));
    TRY(CheckWhere(sql, snapshots));
    shown_ = snapshots;
    RowReader rows(files_, sql);
    TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue_.AllAttempts());
    TRY(follower_.Show(rows, attempts, snapshots, limited));
    return {};
  }

  uint64_t missed() const override { return follower_.missed() + several_.missed(); }

  Result<ExchangeRow> Find(const std::string& id) override {
    TRY_ASSIGN(const ExchangeId parsed, ParseExchangeId(id));
    TRY_ASSIGN(ExchangeRow row, FindExchange(files_, catalogue_, parsed));
    // Nobody else may have seen it: the other attempts, thousands in time, stay closed.
    TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue_.AllAttempts());
    if (!AreOfSeveral(attempts)) {
      return row;
    }
    TRY_ASSIGN(const std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    return SeveralRecorders::AreIn(snapshots) ? several_.Complete(row, snapshots) : row;
  }

  Result<StoredExchange> Load(const ExchangeRow& row) override {
    return row.sightings.empty() ? loader_.Load(row) : several_.Load(row);
  }

  Result<bool> HasSeveralRecorders() override {
    TRY_ASSIGN(const std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    return SeveralRecorders::AreIn(snapshots);
  }

  const std::optional<RecorderHold>& hold() const override { return several_.hold(); }
  TimeNs given_through() const override { return several_.given_through(); }

  Result<std::optional<MergeReport>> Merged() override {
    TRY_ASSIGN(const std::vector<AttemptSnapshot> snapshots, catalogue_.TakeSnapshots());
    if (!SeveralRecorders::AreIn(snapshots)) {
      return std::nullopt;
    }
    TRY_ASSIGN(MergeReport report, several_.Report(snapshots));
    return report;
  }

  Result<std::vector<AttemptInfo>> Attempts() override { return ReadAttempts(files_, catalogue_); }
  Result<std::vector<AttemptProgress>> Progress() override {
    return ReadProgress(files_, catalogue_);
  }

  Result<std::vector<SentinelRow>> Sentinels() override {
    return ReadSentinels(files_, catalogue_);
  }

  Result<std::vector<ExchangeId>> ResultsOf(const ExchangeId& source) override {
    return FindResults(files_, catalogue_, source);
  }

 private:
  /// Once a call, so that its Error shows what the user wrote, and not our query around it.
  Status CheckWhere(const FilterSql& sql, const std::vector<AttemptSnapshot>& snapshots) {
    if (snapshots.empty()) {
      return {};
    }
    const AttemptSnapshot& first = snapshots.front();
    // The oldest segments may be deleted at any time.
    return files_.With(first.key, first.segments.back(),
                       [&](SegmentConnection& connection) { return sql.Check(connection); });
  }

  std::vector<std::string> notes_;
  const Identities identities_;
  SegmentFiles files_;
  LogCatalogue catalogue_;
  ExchangeLoader loader_;
  SegmentTimes times_;
  LogFollower follower_;
  SeveralRecorders several_;
  std::vector<AttemptSnapshot> shown_;  // by follower_, at last
  bool merged_ = false;                 // the last call was answered by several_
};

}  // namespace

Result<std::unique_ptr<LogReader>> LogReader::Open(LogSelection selection) {
  TRY_ASSIGN(std::vector<std::string> notes, CheckCopies(selection.folders));
  auto reader = std::make_unique<LogReaderOfFiles>(std::move(selection), std::move(notes));
  TRY(reader->CheckNames());
  TRY(reader->NoteHiddenAddresses());
  return reader;
}

}  // namespace trafrec::store
