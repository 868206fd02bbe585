#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/hidden_columns.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// Between which values a segment's rows lie; least > greatest: it has none.
struct ValueRange {
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t greatest = std::numeric_limits<int64_t>::max();

  bool Contains(int64_t value) const { return least <= value && value <= greatest; }
  bool Meets(const ValueRange& other) const {
    return least <= other.greatest && other.least <= greatest;
  }
  void Cut(const ValueRange& other) {
    least = std::max(least, other.least);
    greatest = std::min(greatest, other.greatest);
  }
};

/// What a segment can have rows of. Of one that still grows nothing is known.
struct SegmentRanges {
  bool sealed = false;
  ValueRange began_ns;
  ValueRange exchanges;
  ValueRange gap_messages;
  ValueRange facts_messages;
};

/// The log behind the tables of LogSql, and what a statement found out about it.
class LogSqlSource {
 public:
  static Result<std::unique_ptr<LogSqlSource>> Open(LogSelection selection);

  /// Forgets what was kept for the statement before.
  void BeginStatement();

  /// The attempts as they were when the statement first asked. One address until the next
  /// statement.
  Result<const std::vector<AttemptSnapshot>*> Snapshots();
  Result<bool> HasSeveralRecorders();
  /// Fails if these columns are encrypted, and not for this reader: SQL on them must not quietly
  /// find nothing.
  Status RequireClear(bool texts, bool addresses);

  Result<SegmentRanges> RangesOf(const AttemptKey& attempt, uint32_t segment);

  /// Nothing for what is no id, or none of this log.
  Result<std::optional<ExchangeRow>> Find(const std::string& id);
  /// The same with all that the log holds of it; null for nothing. Borrowed until the next call.
  Result<const StoredExchange*> Load(const std::string& id);

  /// The scan is in this segment: ids that are asked for are probably there.
  void Expect(const AttemptKey& attempt, uint32_t segment) { expected_ = {attempt, segment}; }

  /// While it is set, scans give these rows only: of each segment that is named, some numbers, or
  /// all (nothing).
  using Scope = std::map<std::pair<AttemptKey, uint32_t>, std::optional<std::set<ExchangeNumber>>>;
  void SetScope(std::optional<Scope> scope) { scope_ = std::move(scope); }
  const Scope* scope() const { return scope_ ? &*scope_ : nullptr; }

  SegmentFiles& files() { return files_; }
  const Identities& identities() const { return identities_; }
  LogReader& reader() { return *reader_; }

 private:
  LogSqlSource(std::unique_ptr<LogReader> reader, LogSelection selection)
      : reader_(std::move(reader)),
        identities_(std::move(selection.identities)),
        files_(std::move(selection.folders), identities_),
        catalogue_(files_) {}

  Result<std::optional<ExchangeRow>> FindExpected(const ExchangeId& id);

  std::unique_ptr<LogReader> reader_;
  const Identities identities_;
  SegmentFiles files_;
  LogCatalogue catalogue_;
  std::optional<std::vector<AttemptSnapshot>> snapshots_;
  std::optional<HiddenColumns> hidden_;
  std::map<std::pair<AttemptKey, uint32_t>, SegmentRanges> ranges_;  // of sealed segments
  std::pair<AttemptKey, uint32_t> expected_;
  std::optional<Scope> scope_;
  std::string loaded_id_;
  std::optional<StoredExchange> loaded_;
};

}  // namespace trafrec::store
