#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/reader/log_reader_rows.h"

namespace trafrec::store {

/// When the rows of each segment began. Keeps what cannot change from one reading to the next, so
/// that only what is new is looked at again.
class SegmentTimes {
 public:
  /// Neighbours by number.
  struct Chunk {
    ExchangeNumber first;
    ExchangeNumber last;
    TimeNs begin;  ///< the least began_at
    TimeNs end;    ///< the greatest
  };
  struct Times {
    std::vector<Chunk> chunks;  ///< that cannot change
    bool complete = false;      ///< these are all, and so is what follows
    TimeNs requests_through = 0;
    std::optional<TimeNs> last_began_at;
  };

  Times& Of(const AttemptKey& attempt, uint32_t segment) { return times_[{attempt, segment}]; }

 private:
  std::map<std::pair<AttemptKey, uint32_t>, Times> times_;
};

/// The fitting rows of one segment in the order of their keys. Rows that replace one of an earlier
/// segment are left out: they are shown in that one's place. Holds the times of the segment's
/// chunks, the keys whose order is not decided, and one batch of rows.
class SegmentCursor {
 public:
  SegmentCursor(RowReader& rows, SegmentTimes& times, const AttemptSnapshot& attempt,
                uint32_t segment)
      : rows_(rows), times_(times.Of(attempt.key, segment)), attempt_(attempt), segment_(segment) {}

  /// Reads the times. `requests_through`: every request that began before has its row in this
  /// segment or an earlier one.
  Status Prepare(TimeNs* requests_through);

  /// Whether the next row is at hand; if not, Fill makes it so or finds the end.
  bool ready() const { return shown_ < batch_.size(); }
  bool exhausted() const { return !ready() && keys_.empty() && next_chunk_ == chunks_.size(); }
  Status Fill();
  /// Its segment is gone.
  void GiveUp();
  /// No row that is not at hand began before.
  TimeNs floor() const;
  const ExchangeRow& front() const { return batch_[shown_]; }
  ExchangeRow Pop() { return std::move(batch_[shown_++]); }
  bool WasDeleted(const Status& status) const {
    return rows_.files().WasDeleted(attempt_.key, segment_, status);
  }

 private:
  using Chunk = SegmentTimes::Chunk;

  Status ReadTimes();
  void Remember(bool immutable);
  /// All of the segment began before what is asked for.
  bool Beyond(std::optional<TimeNs> last_began_at) const {
    return last_began_at && rows_.filter().since() && *last_began_at < *rows_.filter().since();
  }
  Status ReadChunks(SegmentConnection& connection, bool* done);
  /// Leaves out what holds nothing that is asked for, and puts a bound on what follows.
  void BoundChunks();
  Status LoadKeys();
  /// No key of a chunk not yet loaded comes before.
  bool Decided(const RowKey& key) const {
    return next_chunk_ == chunks_.size() || key.began_at <= chunks_[next_chunk_].begin;
  }

  RowReader& rows_;
  SegmentTimes::Times& times_;
  const AttemptSnapshot& attempt_;
  const uint32_t segment_;
  std::vector<Chunk> chunks_;  // `begin` is the least of the chunk and all that follow
  size_t next_chunk_ = 0;
  std::priority_queue<RowKey, std::vector<RowKey>, std::greater<>> keys_;
  std::vector<ExchangeRow> batch_;  // its memory serves one batch after another
  size_t shown_ = 0;                // of the batch
};

/// All fitting rows of a log as it was at one moment, in the order of (began_at, recorder, attempt,
/// number). Opens segments only when the order may need them.
class LogCursor {
 public:
  /// All must outlive it.
  LogCursor(RowReader& rows, SegmentTimes& times, const std::vector<AttemptSnapshot>& attempts);

  /// The next row, or nothing at the end.
  Result<std::optional<ExchangeRow>> Next();

 private:
  /// The segments of an attempt that are not open yet; no row in them begins before `floor`.
  struct Waiting {
    const AttemptSnapshot* attempt;
    size_t next = 0;
    TimeNs floor;
  };

  Status OpenNext(Waiting& waiting);
  bool Beyond(TimeNs time) const;

  RowReader& rows_;
  SegmentTimes& times_;
  std::vector<Waiting> waiting_;
  std::vector<std::unique_ptr<SegmentCursor>> cursors_;
};

}  // namespace trafrec::store
