// The order of rows.
//
// Rows are stored by number, which is nearly the order in which their requests began: packets that
// came late, and files of several recorders, make exceptions of unknown size. So a first pass over
// a segment notes the least time of each chunk of neighbours; a second one loads the keys of chunk
// after chunk into a heap, and a key leaves it once no later chunk can hold an earlier one. Rows
// are fetched when their turn has come. Segments of one attempt follow each other in time, save for
// rows that complete an exchange of an earlier segment, which are shown in its place: the mark
// requests_through of a segment bounds from below what the next ones can bring. (An answer without
// a request that took longer than a rotation is the exception; it is shown where its segment
// begins.)
//
// Rejected: ORDER BY began_ns in SQL. It sorts whole segments before the first row comes out, and
// an open segment may not be held for so long.

#include "store/reader/log_reader_cursor.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <tuple>

#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();
constexpr TimeNs kAlways = std::numeric_limits<TimeNs>::min();

auto OrderOf(const ExchangeRow& row) {
  return std::tie(row.began_at, row.id.recorder, row.id.attempt, row.id.number);
}

}  // namespace

Status SegmentCursor::ReadChunks(SegmentConnection& connection, bool* done) {
  using Clock = std::chrono::steady_clock;
  const auto leave_at = Clock::now() + std::chrono::milliseconds(limits::kOpenSegmentHoldMs);
  TRY_ASSIGN(
      db::Statement * statement,
      connection.Prepared("SELECT n, began_ns FROM exchange WHERE n>=?1 ORDER BY n LIMIT ?2"));
  do {
    const ExchangeNumber from = chunks_.empty() ? 0 : chunks_.back().last + 1;
    statement->Bind(0, from).Bind(1, limits::kKeyChunkRows);
    size_t count = 0;
    Chunk chunk{0, 0, kNever, kAlways};
    while (true) {
      TRY_ASSIGN(const bool row, statement->Step());
      if (!row) {
        break;
      }
      chunk.last = statement->Unsigned(0);
      chunk.first = count++ == 0 ? chunk.last : chunk.first;
      chunk.begin = std::min(chunk.begin, statement->Int(1));
      chunk.end = std::max(chunk.end, statement->Int(1));
    }
    statement->Reset();
    if (count > 0) {
      chunks_.push_back(chunk);
    }
    *done = count < limits::kKeyChunkRows;
  } while (!*done && (connection.immutable() || Clock::now() < leave_at));
  return {};
}

Status SegmentCursor::ReadTimes() {
  chunks_ = times_.chunks;
  bool immutable = false;
  for (bool done = false; !done;) {
    const Status visited =
        rows_.files().With(attempt_.key, segment_, [&](SegmentConnection& connection) -> Status {
          immutable = connection.immutable();
          TRY_ASSIGN(const auto through,
                     connection.database().QueryInt(
                         "SELECT value FROM mark WHERE name='requests_through'"));
          times_.requests_through = through.value_or(0);
          if (immutable) {
            TRY_ASSIGN(times_.last_began_at,
                       connection.database().QueryInt(
                           "SELECT value FROM attempt WHERE key='last_began_ns'"));
          }
          done = Beyond(times_.last_began_at);
          return done ? Status() : ReadChunks(connection, &done);
        });
    TRY(visited);
  }
  if (!Beyond(times_.last_began_at)) {
    Remember(immutable);
  }
  return {};
}

void SegmentCursor::Remember(bool immutable) {
  times_.complete = immutable;
  times_.chunks = chunks_;
  // A number that is not in the log yet may come into any chunk that reaches beyond the mark.
  std::erase_if(times_.chunks, [&](const Chunk& chunk) {
    return !immutable && chunk.last >= attempt_.exchanges_below;
  });
}

Status SegmentCursor::Prepare(TimeNs* requests_through) {
  if (times_.complete) {
    chunks_ = times_.chunks;
  } else {
    TRY(ReadTimes());
  }
  *requests_through = times_.requests_through;
  if (Beyond(times_.last_began_at)) {
    chunks_.clear();
  }
  BoundChunks();
  return {};
}

void SegmentCursor::BoundChunks() {
  // Who follows a log asks for its end again and again: that must not cost more as it grows.
  if (const auto since = rows_.filter().since()) {
    std::erase_if(chunks_, [&](const Chunk& chunk) { return chunk.end < *since; });
  }
  for (size_t i = chunks_.size(); i > 1; --i) {
    chunks_[i - 2].begin = std::min(chunks_[i - 2].begin, chunks_[i - 1].begin);
  }
}

Status SegmentCursor::LoadKeys() {
  const Chunk& chunk = chunks_[next_chunk_];
  std::vector<RowKey> keys;
  const Status visited =
      rows_.files().With(attempt_.key, segment_, [&](SegmentConnection& connection) -> Status {
        keys.clear();
        return rows_.Keys(connection,
                          {.first = chunk.first,
                           .last = chunk.last,
                           .frames_through = attempt_.FramesThrough(segment_),
                           .there_below = attempt_.exchanges_below,
                           .there_before = attempt_.requests_through},
                          keys);
      });
  TRY(visited);
  for (const RowKey& key : keys) {
    keys_.push(key);
  }
  ++next_chunk_;
  return {};
}

Status SegmentCursor::Fill() {
  const std::optional<TimeNs> until = rows_.filter().until();
  while (!ready() && !exhausted()) {
    if (keys_.empty() && until && chunks_[next_chunk_].begin >= *until) {
      next_chunk_ = chunks_.size();
      return {};
    }
    if (keys_.empty() || !Decided(keys_.top())) {
      TRY(LoadKeys());
      continue;
    }
    std::vector<RowKey> decided;
    while (!keys_.empty() && decided.size() < limits::kRowBatch && Decided(keys_.top())) {
      decided.push_back(keys_.top());
      keys_.pop();
    }
    batch_.clear();
    shown_ = 0;
    TRY(rows_.Rows(attempt_, segment_, decided, RowReader::As::kNow, batch_));
  }
  return {};
}

void SegmentCursor::GiveUp() {
  batch_.clear();
  shown_ = 0;
  keys_ = {};
  next_chunk_ = chunks_.size();
}

TimeNs SegmentCursor::floor() const {
  const TimeNs key = keys_.empty() ? kNever : keys_.top().began_at;
  return next_chunk_ == chunks_.size() ? key : std::min(key, chunks_[next_chunk_].begin);
}

LogCursor::LogCursor(RowReader& rows, SegmentTimes& times,
                     const std::vector<AttemptSnapshot>& attempts)
    : rows_(rows), times_(times) {
  for (const AttemptSnapshot& attempt : attempts) {
    waiting_.push_back({&attempt, 0, kAlways});
  }
}

bool LogCursor::Beyond(TimeNs time) const {
  return rows_.filter().until() && time >= *rows_.filter().until();
}

Status LogCursor::OpenNext(Waiting& waiting) {
  TimeNs requests_through = 0;
  auto cursor = std::make_unique<SegmentCursor>(rows_, times_, *waiting.attempt,
                                                waiting.attempt->segments[waiting.next]);
  const Status prepared = cursor->Prepare(&requests_through);
  if (cursor->WasDeleted(prepared)) {
    cursor->GiveUp();
  } else {
    TRY(prepared);
  }
  ++waiting.next;
  if (requests_through != 0) {
    waiting.floor = std::max(waiting.floor, requests_through);
  }
  if (!cursor->exhausted()) {
    cursors_.push_back(std::move(cursor));
  }
  return {};
}

Result<std::optional<ExchangeRow>> LogCursor::Next() {
  while (true) {
    SegmentCursor* first = nullptr;
    SegmentCursor* unfilled = nullptr;
    std::erase_if(cursors_, [](const auto& cursor) { return cursor->exhausted(); });
    for (const auto& cursor : cursors_) {
      if (!cursor->ready()) {
        unfilled =
            unfilled == nullptr || cursor->floor() < unfilled->floor() ? cursor.get() : unfilled;
      } else if (first == nullptr || OrderOf(cursor->front()) < OrderOf(first->front())) {
        first = cursor.get();
      }
    }
    std::erase_if(waiting_, [&](const Waiting& each) {
      return each.next == each.attempt->segments.size() || Beyond(each.floor);
    });
    const auto unopened = std::ranges::min_element(waiting_, {}, &Waiting::floor);
    const TimeNs decided = first == nullptr ? kNever : first->front().began_at;
    if (unopened != waiting_.end() && unopened->floor <= decided &&
        (unfilled == nullptr || unopened->floor <= unfilled->floor())) {
      TRY(OpenNext(*unopened));
    } else if (unfilled != nullptr && unfilled->floor() <= decided) {
      const Status filled = unfilled->Fill();
      if (unfilled->WasDeleted(filled)) {
        unfilled->GiveUp();
      } else {
        TRY(filled);
      }
    } else if (first != nullptr) {
      return first->Pop();
    } else {
      return std::nullopt;
    }
  }
}

}  // namespace trafrec::store
