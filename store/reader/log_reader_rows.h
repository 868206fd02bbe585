#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_files.h"
#include "store/reader/log_reader_filter.h"

namespace trafrec::store {

/// Time and number of an exchange: what the order of rows is decided by.
struct RowKey {
  TimeNs began_at = 0;
  ExchangeNumber number = 0;
  bool open = false;  ///< another row of it may follow in a later segment
  int64_t frame = 0;

  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

/// The row of a message in one segment, if it has one.
struct MessageRow {
  MessagePlace place;
  uint64_t body_bytes = 0;
  Flags flags = 0;
  std::optional<uint32_t> first_seq;
  int64_t span_ns = 0;
};
Result<std::optional<MessageRow>> ReadMessageRow(SegmentConnection& connection, MessageId id);

/// Adds what the row's own segment does not know of it: sizes, flags and places in the flow of
/// messages whose row lies in an earlier one.
Status AddEarlierMessages(SegmentFiles& files, ExchangeRow& row);

/// The number of the first parameter that a FilterSql for RowReader may use.
inline constexpr int kFirstFilterParameter = 8;

/// Reads rows of exchanges out of segments, one segment at a time, and judges whether they fit a
/// filter.
class RowReader {
 public:
  RowReader(SegmentFiles& files, const FilterSql& filter);

  /// The row of a number in one segment, whatever the filter.
  static Result<std::optional<ExchangeRow>> Row(SegmentConnection& connection,
                                                const AttemptKey& attempt, uint32_t segment,
                                                ExchangeNumber number, int64_t frames_through);

  /// Which rows of a segment.
  struct Range {
    ExchangeNumber first = 0;
    ExchangeNumber last = 0;
    int64_t frames_after = 0;
    int64_t frames_through = 0;
    bool replacing = false;  ///< those, too, that replace one of an earlier segment
    /// Of exchanges that had a row by then, by their number or by when they began, the row as it is
    /// now, whatever its frame: an open one may have been replaced since.
    ExchangeNumber there_below = 0;
    TimeNs there_before = std::numeric_limits<TimeNs>::min();
  };
  /// Keys of the rows that fit, and of the open ones, which may yet.
  Status Keys(SegmentConnection& connection, const Range& range, std::vector<RowKey>& keys) const;

  /// Whether the row of a number in this segment fits.
  Result<bool> Fits(SegmentConnection& connection, ExchangeNumber number) const;

  /// The rows of `keys` as they are now, those that do not fit left out: of an open one the newest
  /// row, which may be in a later segment of the snapshot.
  /// What replaced a row of the snapshot in its segment is given (kNow), or left out (kThen).
  enum class As : uint8_t { kThen, kNow };
  Status Rows(const AttemptSnapshot& attempt, uint32_t segment, const std::vector<RowKey>& keys,
              As as, std::vector<ExchangeRow>& rows);

  /// Exchanges whose newest row in the snapshot was open when Rows came to them, whatever the
  /// filter.
  const std::map<AttemptKey, std::set<ExchangeNumber>>& open() const { return open_; }

  /// Exchanges that Rows gave with a row of a later frame than the snapshot's last, closed.
  const std::map<AttemptKey, std::set<ExchangeNumber>>& ahead() const { return ahead_; }

  const FilterSql& filter() const { return filter_; }
  SegmentFiles& files() { return files_; }

 private:
  /// One of the rows that Rows is asked for, and where it goes.
  struct Wanted {
    ExchangeNumber number;
    size_t place;
  };
  static Status RunOfRows(SegmentConnection& connection, const AttemptSnapshot& attempt,
                          uint32_t segment, std::span<const Wanted> run, As as,
                          std::vector<ExchangeRow>& rows);
  void NoteAhead(const AttemptSnapshot& attempt, const ExchangeRow& row);
  Status ReplaceOpen(const AttemptSnapshot& attempt, std::vector<ExchangeRow>& rows, size_t from);

  SegmentFiles& files_;
  const FilterSql& filter_;
  std::string keys_sql_;
  std::string fits_sql_;
  std::vector<Wanted> wanted_;  // scratch of Rows, by number
  std::map<AttemptKey, std::set<ExchangeNumber>> open_;
  std::map<AttemptKey, std::set<ExchangeNumber>> ahead_;
};

}  // namespace trafrec::store
